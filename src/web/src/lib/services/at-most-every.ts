/**
 * Does something when it is asked to, but never again before `milliseconds` have passed and the last time has ended;
 * however often it was asked meanwhile, it then does it once more.
 */
export function atMostEvery(milliseconds: number, action: () => Promise<unknown>): { ask: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isBusy = false;
  let isAsked = false;
  let isStopped = false;

  async function run() {
    isBusy = true;
    isAsked = false;
    await Promise.all([action().catch(() => undefined), new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)))]);
    isBusy = false;
    if (isAsked && !isStopped) void run();
  }

  return {
    ask: () => {
      isAsked = true;
      if (!isBusy && !isStopped) void run();
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
