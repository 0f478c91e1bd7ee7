// Rows of a work list that are answered where they stand: the focus goes on to the next open one.

function nextOpen(row) {
  const rows = [...row.parentElement.querySelectorAll("[data-work]")];
  const place = rows.indexOf(row);
  const open = (each) => each.dataset.work === "open";
  return rows.slice(place + 1).find(open) ?? rows.slice(0, place).find(open) ?? row;
}

function firstField(form) {
  return form.querySelector("[data-error-summary]") ?? form.querySelector("input:not([type=hidden]), select, textarea");
}

document.addEventListener("htmx:afterSettle", ({ detail: { elt } }) => {
  if (elt.matches?.("[data-work-step]")) firstField(elt)?.focus();
  if (!elt.matches?.("[data-work]")) return;
  const target = elt.dataset.work === "answered" ? nextOpen(elt) : elt;
  target.querySelector("[data-work-title]")?.focus();
});

// Errors of a form in a row come back as the form alone.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status === 422) detail.target = detail.requestConfig.elt;
});

// One form at a time is open; closing it leads back to what opened it.
function close(step, focus) {
  const opener = step.closest("[data-work]")?.querySelector(`[aria-controls="${step.id}"][aria-expanded]`);
  opener?.removeAttribute("aria-expanded");
  step.replaceChildren();
  if (focus) opener?.focus();
}

document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  if (!elt.matches("a[aria-controls]")) return;
  for (const step of document.querySelectorAll("[data-work-step]:not(:empty)")) close(step, false);
  elt.setAttribute("aria-expanded", "true");
});
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-work-close]");
  if (button) close(button.closest("[data-work-step]"), true);
});
document.addEventListener("keydown", ({ key, target }) => {
  const step = target.closest?.("[data-work-step]");
  if (key === "Escape" && step) close(step, true);
});
