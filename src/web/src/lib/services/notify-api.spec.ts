import { describe, expect, it } from 'vitest';
import { listOf, newSecret, NotifyApi, type Scope } from './notify-api';

function spy(answer: unknown) {
  const calls: { url: string; method: string | undefined; body: unknown }[] = [];
  const fetcher: typeof fetch = async (url, init) => {
    calls.push({ url: String(url), method: init?.method, body: init?.body && JSON.parse(String(init.body)) });
    return new Response(JSON.stringify(answer), { headers: { 'Content-Type': 'application/json' } });
  };
  return { calls, api: new NotifyApi('http://films.test/below/', fetcher) };
}

describe('the notification calls', () => {
  const scopes: [Scope, string, string, string][] = [
    [{ job: 'a/b' }, 'assembly/jobs/a%2Fb/notifications', 'POST', 'assembly/jobs/a%2Fb/notifications'],
    [{ project: 'quay' }, 'projects/quay/notifications', 'PUT', 'projects/quay/notifications'],
    ['deployment', 'notifications/defaults', 'PUT', 'notifications'],
  ];

  it.each(scopes)('read and set the settings of %j where they are', async (scope, path, method) => {
    const { calls, api } = spy({});
    await api.settings(scope);
    await api.save(scope, { on: ['failed'] });
    expect(calls).toEqual([
      { url: `http://films.test/below/api/v1/${path}`, method: 'GET', body: undefined },
      { url: `http://films.test/below/api/v1/${path}`, method, body: { on: ['failed'] } },
    ]);
  });

  it.each(scopes)('list, redeliver and test in the outbox of %j itself', async (scope, _, __, outbox) => {
    const { calls, api } = spy([]);
    await api.deliveries(scope);
    await api.redeliver(scope, 'x/y');
    await api.test(scope, { channel: 'email', target: 'a@example.org', secret: null });
    expect(calls.map((call) => `${call.method} ${call.url}`)).toEqual([
      `GET http://films.test/below/api/v1/${outbox}/deliveries`,
      `POST http://films.test/below/api/v1/${outbox}/deliveries/x%2Fy/redeliver`,
      `POST http://films.test/below/api/v1/${outbox}/test`,
    ]);
  });
});

describe('what is typed', () => {
  it('becomes a list, whether it is parted by lines or commas', () => {
    expect(listOf(' a@x.org,b@x.org\n\n c@x.org ; ')).toEqual(['a@x.org', 'b@x.org', 'c@x.org']);
  });

  it('need not be a secret: a new one is 32 bytes', () => {
    expect(newSecret((bytes) => bytes.fill(7))).toBe('whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=');
  });
});
