// Keeps on this device the pages that say so (« Ma semaine »), to be read without a network. Network first, always.
const VERSION = "worklab-{{ version }}";
const SHELL = ["/hors-ligne", "{{ css }}", "{{ icon }}"];
const BANNER = {{ banner | tojson }};

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forget((name) => name !== VERSION).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === "POST") {
    // Somebody enters or leaves: what the device kept was for the one before.
    if (["/login", "/logout"].includes(url.pathname)) event.waitUntil(forgetPages());
  } else if (request.mode === "navigate") {
    event.respondWith(page(request));
  } else if (SHELL.includes(url.pathname)) {
    event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
  }
});

self.addEventListener("message", (event) => {
  if (event.data.keep) event.waitUntil(page(new Request(event.data.keep)));
});

async function page(request) {
  const cache = await caches.open(VERSION);
  try {
    const answer = await fetch(request);
    if (answer.ok && answer.headers.get("{{ header }}") === "keep") await cache.put(request, answer.clone());
    else if (answer.type === "opaqueredirect" || answer.status === 401) await cache.delete(request);
    return answer;
  } catch (error) {
    const kept = await cache.match(request);
    return kept ? dated(kept) : (await cache.match("/hors-ligne")) || Promise.reject(error);
  }
}

// The kept page, with a line that says it is one.
async function dated(kept) {
  const html = await kept.text();
  const said = `<div class="flash warn" role="status"><p>${BANNER}</p></div>`;
  return new Response(html.replace(/<main[^>]*>/, (main) => main + said), { headers: kept.headers });
}

async function forgetPages() {
  const cache = await caches.open(VERSION);
  for (const request of await cache.keys()) {
    if (!SHELL.includes(new URL(request.url).pathname)) await cache.delete(request);
  }
}

async function forget(which) {
  await Promise.all((await caches.keys()).filter(which).map((name) => caches.delete(name)));
}
