// Behaviour that every page shares. Small parts, each wired by a data attribute.
const root = document.documentElement;
const remembered = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* storage is off */ } };

export function announce(text) {
  const region = document.getElementById('announce');
  if (!region || !text) return;
  region.textContent = '';
  requestAnimationFrame(() => { region.textContent = text; });
}
document.addEventListener('vetta:announce', (event) => announce(event.detail?.value ?? event.detail));

// Theme: theme.js set it before paint; here it is switched and remembered.
document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-theme-toggle]')) return;
  const theme = root.getAttribute('data-bs-theme') === 'dark' ? 'light' : 'dark';
  root.setAttribute('data-bs-theme', theme);
  remember('vetta-theme', theme);
  document.dispatchEvent(new CustomEvent('vetta:theme'));
});

document.addEventListener('click', (event) => {
  const close = event.target.closest('[data-dismiss]');
  if (!close) return;
  close.closest('.note').remove();
  document.getElementById('main')?.focus();
});

// Definitions on hover and focus.
function tips(scope) {
  for (const element of scope.querySelectorAll('[data-tip]:not([data-tip=""])')) {
    if (element.dataset.tipReady) continue;
    element.dataset.tipReady = '1';
    new window.tabler.Tooltip(element, { title: element.dataset.tip, trigger: 'hover focus', placement: 'top', container: 'body', delay: { show: 250, hide: 0 } });
  }
}

// Explain drawer: any [data-explain] opens it; htmx fills it; focus goes back to the figure.
const drawer = document.getElementById('explain');
let opener = null;
if (drawer) {
  const canvas = new window.tabler.Offcanvas(drawer);
  document.addEventListener('click', (event) => {
    const figure = event.target.closest('[data-explain]');
    if (!figure) return;
    opener = figure;
    window.tabler.Tooltip.getInstance(figure)?.hide();
    canvas.show();
  });
  drawer.addEventListener('hidden.bs.offcanvas', () => { if (opener?.isConnected) opener.focus(); });
  drawer.addEventListener('htmx:afterSwap', () => {
    const title = drawer.querySelector('#explain-body [data-title]');
    if (title) drawer.querySelector('#explain-t').textContent = title.dataset.title;
  });
}

// Chart and table of the same figures.
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-show]');
  if (!button) return;
  const table = button.dataset.show === 'table';
  document.getElementById(button.dataset.for).hidden = table;
  document.getElementById(button.dataset.for + '-table').hidden = !table;
  for (const other of button.parentElement.children) other.setAttribute('aria-pressed', String(other === button));
});

// Menus made of <details>: one open at a time, Esc and a click elsewhere close them.
document.addEventListener('toggle', (event) => {
  if (!(event.target instanceof HTMLDetailsElement) || !event.target.open || !event.target.matches('.menu')) return;
  for (const other of document.querySelectorAll('details.menu[open]')) if (other !== event.target && !other.contains(event.target)) other.open = false;
}, true);
document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false;
});

// Copy an address.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  const text = button.dataset.copy || location.href;
  try { await navigator.clipboard.writeText(text); announce(button.dataset.copied); button.querySelector('[data-label]')?.replaceChildren(button.dataset.copied); } catch { window.prompt(button.textContent.trim(), text); }
});

// Dialogs.
const palette = document.getElementById('palette');
const help = document.getElementById('help');
const open = (dialog) => { if (dialog && !dialog.open) dialog.showModal(); };
function openPalette() {
  if (!palette) return;
  open(palette);
  const field = palette.querySelector('input');
  field.select();
  window.htmx.trigger(field, 'palette-open');
}
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-palette]')) openPalette();
  const asked = event.target.closest('[data-help]');
  if (asked) { event.preventDefault(); asked.closest('details')?.removeAttribute('open'); open(help); }
  if (event.target instanceof HTMLDialogElement) event.target.close();
});
palette?.addEventListener('keydown', (event) => {
  const hits = [...palette.querySelectorAll('.pal a')];
  if (!hits.length) return;
  let at = hits.findIndex((hit) => hit.classList.contains('on'));
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    hits[at]?.classList.remove('on');
    at = (at + (event.key === 'ArrowDown' ? 1 : -1) + hits.length) % hits.length;
    hits[at].classList.add('on');
    hits[at].scrollIntoView({ block: 'nearest' });
    announce(hits[at].textContent);
  } else if (event.key === 'Enter' && event.target.matches('input')) {
    event.preventDefault();
    (hits[at] ?? hits[0]).click();
  }
});

// Single letters can be turned off, in the help dialog.
const letters = document.querySelector('[data-letters]');
const lettersOn = () => remembered('vetta-letters') !== 'off';
if (letters) {
  letters.checked = lettersOn();
  letters.addEventListener('change', () => remember('vetta-letters', letters.checked ? 'on' : 'off'));
}
let waiting = 0;
document.addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') { event.preventDefault(); openPalette(); return; }
  if (event.key === 'Escape') {
    const menu = document.activeElement?.closest?.('details.menu[open]') ?? document.querySelector('details.menu[open]');
    if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !lettersOn()) return;
  if (event.target.closest('input, textarea, select, [contenteditable], dialog')) return;
  if (waiting && Date.now() - waiting < 1500) {
    waiting = 0;
    const link = document.querySelector(`[data-go="${CSS.escape(event.key.toLowerCase())}"]`);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  if (event.key === 'g') waiting = Date.now();
  else if (event.key === '?') { event.preventDefault(); open(help); }
  else if (event.key === '/') {
    const field = document.querySelector('main input[type="search"]');
    if (field) { event.preventDefault(); field.focus(); field.select(); } else { event.preventDefault(); openPalette(); }
  } else if (event.key === 'j' || event.key === 'k') moveRow(event.key === 'j' ? 1 : -1);
  else if (event.key === 'Enter') openRow(event);
  else if (event.key === 'e' && document.activeElement?.matches('[data-explain]')) document.activeElement.click();
});

// Rows: j and k move, Enter opens the row's first link.
function moveRow(step) {
  const rows = [...document.querySelectorAll('main table[data-rows] > tbody > tr')].filter((row) => row.offsetParent !== null);
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains('at'));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  rows[at]?.classList.remove('at');
  next.classList.add('at');
  next.scrollIntoView({ block: 'nearest' });
  const link = next.querySelector('a, button');
  if (link) link.focus(); else { next.tabIndex = -1; next.focus(); }
}
function openRow(event) {
  if (event.target.closest('a, button, summary')) return;
  const row = document.querySelector('main table[data-rows] tr.at');
  row?.querySelector('a, button')?.click();
}

// A region that scrolls must be reachable by keyboard; one that does not must not be a stop.
const scrolling = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0; else target.removeAttribute('tabindex');
  }
});

// HTMX: errors are said, focus is kept, new content gets its behaviour.
function ready(scope) {
  tips(scope);
  for (const region of scope.querySelectorAll('.tw:not([tabindex])')) scrolling.observe(region);
  const charts = scope.querySelectorAll('[data-chart]');
  if (charts.length) import(document.body.dataset.charts).then((module) => module.mountAll(charts));
  const note = scope.querySelector('[data-focus]');
  if (note) note.focus();
  const goto_ = scope.matches?.('[data-goto]') ? scope : scope.querySelector('[data-goto]');
  if (goto_) location.assign(goto_.dataset.goto);
}
let held = null;
document.addEventListener('htmx:beforeRequest', (event) => {
  const active = document.activeElement;
  const summary = active?.closest?.('details.menu')?.querySelector('summary');
  held = active?.matches?.('.pop *') && summary?.id ? summary.id : active?.id || null;
  event.detail.target?.setAttribute('aria-busy', 'true');
  event.detail.target?.classList.add('busy');
});
document.addEventListener('htmx:afterRequest', (event) => {
  event.detail.target?.removeAttribute('aria-busy');
  event.detail.target?.classList.remove('busy');
});
document.addEventListener('htmx:afterSettle', (event) => {
  const scope = event.detail.elt?.isConnected ? event.detail.elt : document;
  ready(scope);
  if (held && (!document.activeElement || document.activeElement === document.body)) document.getElementById(held)?.focus();
  held = null;
});
for (const name of ['htmx:responseError', 'htmx:sendError', 'htmx:timeout']) {
  document.addEventListener(name, (event) => {
    const target = event.detail.target;
    const text = document.body.dataset.failed || 'Could not be loaded.';
    announce(text);
    if (target?.id === 'explain-body') target.textContent = text;
  });
}

// Forms that send themselves when a choice changes.
document.addEventListener('change', (event) => {
  const form = event.target.closest('form[data-auto]');
  if (form && !event.target.matches('[data-no-auto]')) form.requestSubmit();
});

// Files dropped on a drop zone go into its input.
for (const zone of document.querySelectorAll('[data-drop]')) {
  const input = zone.querySelector('input[type="file"]');
  for (const name of ['dragenter', 'dragover']) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add('over'); });
  for (const name of ['dragleave', 'drop']) zone.addEventListener(name, () => zone.classList.remove('over'));
  zone.addEventListener('drop', (event) => { event.preventDefault(); if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; input.dispatchEvent(new Event('change', { bubbles: true })); } });
}

// Uploads: what was chosen, and how much of it is sent.
document.addEventListener('change', (event) => {
  const said = event.target.matches('input[type="file"]') && event.target.closest('form')?.querySelector('[data-chosen]');
  if (said) said.textContent = [...event.target.files].map((file) => file.name).join(', ');
});
document.addEventListener('htmx:xhr:progress', (event) => {
  const bar = event.target.closest?.('[data-upload]')?.querySelector('[data-progress]');
  if (!bar || !event.detail.lengthComputable) return;
  bar.classList.remove('d-none');
  bar.querySelector('progress').value = Math.round((100 * event.detail.loaded) / event.detail.total);
});

// Two ways of filling the same form: panes named by the value of a hidden field.
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-mode]');
  if (!button) return;
  const form = button.closest('form');
  form.querySelector('[data-mode-value]').value = button.dataset.mode;
  for (const pane of form.querySelectorAll('[data-pane]')) pane.hidden = pane.dataset.pane !== button.dataset.mode;
  for (const other of form.querySelectorAll('[data-mode]')) other.setAttribute('aria-pressed', String(other === button));
});
document.addEventListener('change', (event) => {
  const custom = event.target.matches('[data-target]') && event.target.parentElement.querySelector('[data-custom]');
  if (custom) custom.hidden = event.target.value !== 'custom';
});

// Parts of a form that belong to some values of its field "kind"; hidden fields are not sent.
function showKinds(form) {
  const chosen = form.elements.kind?.value;
  for (const part of form.querySelectorAll('[data-for-kind]')) part.hidden = !part.dataset.forKind.split(' ').includes(chosen);
}
for (const form of document.forms) if (form.querySelector('[data-for-kind]')) {
  showKinds(form);
  form.addEventListener('change', () => showKinds(form));
}

// Select all rows of a table.
document.addEventListener('change', (event) => {
  const all = event.target.closest('[data-select-all]');
  if (!all) return;
  for (const box of all.closest('table').querySelectorAll('tbody input[type="checkbox"]')) box.checked = all.checked;
});

ready(document);
