import type { Component } from 'svelte';
import type { App } from '../state/app.svelte';
import type { PageName, Router } from '../state/router.svelte';

/** A page is given the app, the router and, as further props, what its address says (see `Route`). */
export type PageComponent = Component<{ app: App; router: Router } & Record<string, unknown>>;

const FILES: Record<PageName, string> = {
  board: './BoardPage.svelte',
  job: './JobPage.svelte',
  new: './NewPage.svelte',
  cluster: './ClusterPage.svelte',
  settings: './SettingsPage.svelte',
};

/** Each page is a file of its own that is fetched when it is first gone to, so that the first load stays small. */
const loaders = import.meta.glob<PageComponent>('./*Page.svelte', { import: 'default' });

/** Whether the page has been made; only then is it linked. */
export function hasPage(page: PageName): boolean {
  return FILES[page] in loaders;
}

export async function loadPage(page: PageName): Promise<PageComponent | undefined> {
  return loaders[FILES[page]]?.();
}
