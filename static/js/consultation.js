// Beratung erfassen: what the recording form does beyond HTMX. Everything is delegated, so it serves page and panel;
// without it the same form works with one more page in between.

const formOf = (element) => element.closest?.("form[data-consultation]");
const field = (form, name) => form.querySelector(`[name="${name}"]`);
const fire = (form, name) => form.dispatchEvent(new CustomEvent(name, { bubbles: true }));

// Who: a hit closes "new person"; "create" opens it with the typed words as names.
document.addEventListener("combobox:pick", (event) => {
  const form = formOf(event.target);
  if (!form) return;
  if (!event.target.closest("[data-who]")) return fire(form, "partner-found");
  forget(form);
  fire(form, "person-changed");
});

document.addEventListener("combobox:create", (event) => {
  const form = formOf(event.target);
  if (!form || !event.target.closest("[data-who]")) return;
  const words = event.detail.text.split(/\s+/);
  const family = words.pop();
  field(form, "person").value = "";
  field(form, "family_name").value = family;
  field(form, "given_name").value = words.join(" ");
  form.querySelector("#entry-new").open = true;
  field(form, words.length ? "email" : "given_name").focus();
  fire(form, "person-new");
  fire(form, "person-changed");
});

// A person picked before is no longer meant when the name is typed over.
document.addEventListener("input", (event) => {
  const form = formOf(event.target);
  if (form && event.target.name === "who" && event.detail !== "picked") fire(form, "person-changed");
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-take-person]");
  const form = button && formOf(button);
  if (!form) return;
  field(form, "person").value = button.dataset.takePerson;
  field(form, "who").value = button.dataset.name;
  forget(form);
  field(form, "summary").focus();
  fire(form, "person-changed");
});

function forget(form) {
  for (const name of ["given_name", "family_name", "email", "phone"]) field(form, name).value = "";
  form.querySelector("#entry-new").open = false;
  form.querySelector("#entry-duplicates").replaceChildren();
}

// Referring: a topic brings the partners that fit; the first one ticked leads on to the need.
document.addEventListener("change", (event) => {
  const form = formOf(event.target);
  if (!form) return;
  if (event.target.name === "topics") fire(form, "topics-changed");
  if (event.target.name === "startup") fire(form, "case-changed");
  if (event.target.name !== "partners") return;
  showDetails(form);
  const question = field(form, "question");
  if (event.target.checked && !question.value) question.focus();
  fire(form, "partners-changed");
});

document.addEventListener("partners-changed", (event) => {
  const form = formOf(event.target);
  if (!form) return;
  showDetails(form);
  if (!field(form, "other_partner").value) return;
  field(form, "other_partner").value = "";
  field(form, "partner_name").value = "";
});

function showDetails(form) {
  const chosen = form.querySelector("[name=partners]:checked") !== null;
  form.querySelector("[data-referral-details]").hidden = !chosen;
}

function prepare(root) {
  for (const form of root.querySelectorAll("form[data-consultation]")) showDetails(form);
}

// Closing the panel or the page within the second before the autosave loses nothing either.
document.addEventListener("input", (event) => { const form = formOf(event.target); if (form) form.dataset.unsaved = "1"; });
document.addEventListener("submit", (event) => { delete event.target.dataset.unsaved; }, true);
document.addEventListener("close", (event) => keep(event.target), true);
window.addEventListener("pagehide", () => keep(document));

function keep(root) {
  for (const form of root.querySelectorAll("form[data-consultation][data-unsaved]")) {
    delete form.dataset.unsaved;
    navigator.sendBeacon(form.dataset.autosaveUrl, new FormData(form));
  }
}

// An expired session: log in, then go on with the saved draft, whatever page the panel lay over.
document.addEventListener("htmx:beforeSwap", (event) => {
  const address = event.detail.xhr.responseURL ?? "";
  if (!formOf(event.detail.elt) || !/\/login\/?\?/.test(address)) return;
  event.detail.shouldSwap = false;
  event.stopImmediatePropagation();
  const draft = formOf(event.detail.elt).getAttribute("action");
  window.location.assign(`/login/?next=${encodeURIComponent(draft)}`);
}, true);

document.addEventListener("htmx:load", (event) => prepare(event.target.parentElement ?? document));
prepare(document);
