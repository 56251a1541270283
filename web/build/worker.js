// Keeps the shell of the page, so that it opens where the board can't be reached. Nothing of the board itself is kept: a
// browser that several people use must not show one of them what another saw. A classic script, read by no bundler: its
// list of files and their version are put in when the page is built.
const VERSION = '__VERSION__';
const SHELL = '__SHELL__';
const CACHE = `crewboard-shell-${VERSION}`;
const PAGE = '/';

const keepShell = async () => {
  const cache = await caches.open(CACHE);
  await cache.addAll(SHELL.map((path) => new Request(path, { cache: 'no-cache' })));
  await self.skipWaiting();
};

const dropOthers = async () => {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
};

/** The board's own page whenever the board answers, so that an update shows at once; else the one that was kept. */
const page = async (request) => {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(PAGE);
    if (kept) return kept;
    throw error;
  }
};

self.addEventListener('install', (event) => event.waitUntil(keepShell()));
self.addEventListener('activate', (event) => event.waitUntil(dropOthers()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin || pathname.startsWith('/api/')) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  // What has a hash in its name never changes.
  else if (pathname.startsWith('/assets/')) {
    event.respondWith(caches.match(pathname).then((kept) => kept ?? fetch(request)));
  }
});

/** To a tab of the board that is open already, or to a new one. */
const lead = async (sessionId) => {
  const tabs = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const tab = tabs.find(({ focused }) => focused) ?? tabs[0];
  if (!tab) return self.clients.openWindow(sessionId === null ? '/' : `/sessions/${encodeURIComponent(sessionId)}`);
  tab.postMessage({ kind: 'open', sessionId });
  await tab.focus();
};
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data?.sessionId ?? null));
});
