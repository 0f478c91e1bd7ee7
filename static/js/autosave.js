// <form data-autosave-url>: what is typed is sent one second later, so nothing is lost with the session or the page.
// Answer (optional JSON): {"url": where the next save goes, "fields": {hidden field: value}}.

const WAIT_MS = 1000;
const words = document.getElementById("ui-words")?.dataset ?? {};
const timers = new WeakMap();
const running = new WeakMap();

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-autosave-url]");
  if (!form) return;
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => store(form), WAIT_MS));
});

// The draft belongs to the final save too: no late draft may follow it.
document.addEventListener("submit", (event) => clearTimeout(timers.get(event.target)), true);

async function store(form) {
  if (!form.isConnected || form.dataset.sent) return;
  if (running.get(form)) return timers.set(form, setTimeout(() => store(form), WAIT_MS));
  running.set(form, true);
  tell(form, words.saving);
  try {
    const answer = await fetch(form.dataset.autosaveUrl, { method: "POST", body: new FormData(form), headers: { "X-Autosave": "1", Accept: "application/json" }, redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    await take(form, answer);
    tell(form, words.saved);
  } catch {
    tell(form, words.unsaved);
  } finally {
    running.delete(form);
  }
}

async function take(form, answer) {
  if (!(answer.headers.get("Content-Type") ?? "").includes("json")) return;
  const { url, fields = {} } = await answer.json();
  if (url) form.dataset.autosaveUrl = url;
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements.namedItem(name);
    if (field) field.value = value;
  }
}

function tell(form, text) {
  const place = form.querySelector("[data-autosave-status]");
  if (!place) return;
  place.setAttribute("role", "status");
  if (text && place.textContent !== text) place.textContent = text;
}
