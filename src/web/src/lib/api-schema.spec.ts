import { readFile } from 'node:fs/promises';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { expect, it } from 'vitest';

it('has types that are made from the committed document: else run `npm run types`', { timeout: 60_000 }, async () => {
  const made = COMMENT_HEADER + astToString(await openapiTS(new URL('../../openapi.json', import.meta.url)));
  const committed = await readFile(new URL('./api-schema.ts', import.meta.url), 'utf8');
  expect(committed === made, 'src/lib/api-schema.ts is stale: run `npm run types` in src/web').toBe(true);
});
