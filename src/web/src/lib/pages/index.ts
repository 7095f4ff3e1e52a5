import type { Component } from 'svelte';
import type { App } from '../state/app.svelte';
import type { PageName, Router } from '../state/router.svelte';

/** A page is given the app, the router and, as further props, what its address says (see `Route`). */
export type PageComponent = Component<{ app: App; router: Router } & Record<string, unknown>>;

/** Each page is a file of its own that is fetched when it is first gone to, so that the first load stays small. */
const loaders = {
  board: () => import('./BoardPage.svelte'),
  job: () => import('./JobPage.svelte'),
  new: () => import('./NewPage.svelte'),
  cluster: () => import('./ClusterPage.svelte'),
  settings: () => import('./SettingsPage.svelte'),
} satisfies Record<PageName, unknown>;

export async function loadPage(page: PageName): Promise<PageComponent> {
  return (await loaders[page]()).default as unknown as PageComponent;
}
