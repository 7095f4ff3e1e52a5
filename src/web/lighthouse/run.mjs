// Lighthouse over every page of a real server: `npm run lighthouse` in src/web, after the server has been built.
// It makes a small film first, so that the job's page has something to show. Fails where a figure is below 95.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';

const LEAST = 95;
const CATEGORIES = ['performance', 'accessibility', 'best-practices'];
const repository = fileURLToPath(new URL('../../..', import.meta.url));
const program = path.join(repository, 'src/OrleansAssembly.Server/bin/Release/net10.0/OrleansAssembly.Server.dll');
const folder = mkdtempSync(path.join(tmpdir(), 'lighthouse-'));
const reports = path.join(repository, 'TestResults/lighthouse');

const server = spawn('dotnet', [program, '--port', '0', '--media', path.join(folder, 'media'), '--data', path.join(folder, 'data')], { stdio: ['ignore', 'pipe', 'ignore'] });
let chrome;
try {
  const address = await ready(server);
  const job = await makeFilm(address);
  chrome = await launch({
    chromePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    chromeFlags: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      `--user-data-dir=${path.join(folder, 'profile')}`,
    ],
  });
  mkdirSync(reports, { recursive: true });
  const rows = [];
  for (const [name, route] of Object.entries({ board: '', job: `jobs/${job}`, new: 'new', cluster: 'cluster', settings: 'settings' })) {
    const answer = await lighthouse(`${address}#/${route}`, { port: chrome.port, output: 'html', logLevel: 'error', onlyCategories: CATEGORIES }, desktop());
    writeFileSync(path.join(reports, `${name}.html`), answer.report);
    const scores = CATEGORIES.map((category) => Math.round(answer.lhr.categories[category].score * 100));
    const failed = Object.values(answer.lhr.audits).filter(({ score, scoreDisplayMode }) => score !== null && score < 0.9 && ['binary', 'numeric', 'metricSavings'].includes(scoreDisplayMode));
    rows.push({ name, scores });
    console.log(`${name.padEnd(9)} ${CATEGORIES.map((category, i) => `${category} ${scores[i]}`).join('  ')}`);
    for (const { id, title, displayValue } of failed) console.log(`          ${id}: ${title} ${displayValue ?? ''}`);
  }
  if (rows.some(({ scores }) => scores.some((score) => score < LEAST))) process.exitCode = 1;
} finally {
  chrome?.kill();
  server.kill('SIGKILL');
  await wait(500);
  rmSync(folder, { recursive: true, force: true });
}

/** The desktop preset of Lighthouse: the page is looked at at a desk. */
function desktop() {
  return {
    extends: 'lighthouse:default',
    settings: {
      formFactor: 'desktop',
      throttling: { rttMs: 40, throughputKbps: 10 * 1024, cpuSlowdownMultiplier: 1, requestLatencyMs: 0, downloadThroughputKbps: 0, uploadThroughputKbps: 0 },
      screenEmulation: { mobile: false, width: 1350, height: 940, deviceScaleFactor: 1, disabled: false },
      emulatedUserAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    },
  };
}

async function ready(child) {
  const limit = setTimeout(() => child.kill('SIGKILL'), 90_000);
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, address] = line.split(' ');
    if (word !== 'ready') continue;
    clearTimeout(limit);
    return address.endsWith('/') ? address : `${address}/`;
  }
  throw new Error('The server did not become ready within 90 s.');
}

async function makeFilm(address) {
  const source = path.join(folder, 'media/sources/clip.mp4');
  mkdirSync(path.dirname(source), { recursive: true });
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25:duration=4', '-pix_fmt', 'yuv420p', source]);
  const spec = {
    type: 'assembly', projectId: 'harbour', title: 'Harbour at dawn', outputs: [{ preset: 'h264-720p' }],
    timeline: { frameRate: '25', width: 640, height: 360, shots: [{ source: 'clip.mp4', in: '0s', out: '2s' }, { source: 'clip.mp4', in: '2s', out: '4s' }] },
  };
  const jobs = new URL('api/v1/assembly/jobs', address);
  const { id } = await (await fetch(jobs, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(spec) })).json();
  for (let tries = 0; tries < 180; tries++) {
    const { status } = await (await fetch(`${jobs}/${id}/progress`)).json();
    if (status === 'completed') return id;
    await wait(1_000);
  }
  throw new Error('The film was not made within three minutes.');
}
