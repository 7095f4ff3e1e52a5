import { Refetch } from './refetch';

/**
 * Does something when it is asked to, but never again before `milliseconds` have passed and the last time has ended;
 * however often it was asked meanwhile, it then does it once more.
 */
export function atMostEvery(milliseconds: number, action: () => Promise<unknown>): { ask: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const doing = new Refetch(() => Promise.all([action().catch(() => undefined), new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)))]));
  return {
    ask: () => void doing.ask(),
    stop: () => {
      doing.stop();
      clearTimeout(timer);
    },
  };
}
