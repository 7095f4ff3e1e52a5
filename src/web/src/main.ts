import { mount } from 'svelte';
import './app.css';
import Shell from './Shell.svelte';
import { App } from './lib/state/app.svelte';
import { Router } from './lib/state/router.svelte';

const app = new App(document.baseURI);
app.client.start();

mount(Shell, { target: document.getElementById('app')!, props: { app, router: new Router() } });
