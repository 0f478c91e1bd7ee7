// What was tapped at the door and has not arrived yet: kept by the browser, so that it outlives the page.
// One key for each, so that two tabs never overwrite each other; the server takes each id once.

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // plain HTTP knows no randomUUID
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export class Queue {
  constructor(event) {
    this.prefix = `dma-door/${event}/`;
    this.waiting = new Map();
    this.steps = new Map();
    this.keeps = this.read();
  }

  // False where the browser keeps nothing (private windows of some, storage switched off or full).
  read() {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix)).sort();
      for (const key of keys) this.waiting.set(key, JSON.parse(localStorage.getItem(key)));
      this.count();
      return true;
    } catch {
      return false;
    }
  }

  add(report) {
    const at = Date.now();
    const made = { id: newId(), at, ...report };
    const key = `${this.prefix}${String(at).padStart(15, "0")}-${String(this.waiting.size).padStart(5, "0")}-${made.id}`;
    this.waiting.set(key, made);
    this.count();
    try {
      localStorage.setItem(key, JSON.stringify(made));
    } catch {
      this.keeps = false;
    }
    return made;
  }

  drop(id) {
    for (const [key, report] of this.waiting) {
      if (report.id !== id) continue;
      this.waiting.delete(key);
      try { localStorage.removeItem(key); } catch { /* it was never kept */ }
    }
    this.count();
  }

  count() {
    this.steps = new Map(this.all().map((report) => [report.guest, report.step]));
  }

  all() {
    return [...this.waiting.values()];
  }

  first(count) {
    return this.all().slice(0, count).map(({ at, ...report }) => ({ ...report, ago: Math.max(0, Date.now() - at) }));
  }

  // What the guest will be once all has arrived: "in", "out", or nothing new.
  lastOf(guest) {
    return this.steps.get(guest);
  }
}

// What a person still has to look at; it stays until somebody says that it is settled.
export class Troubles {
  constructor(event) {
    this.key = `dma-door-troubles/${event}`;
    try { this.rows = JSON.parse(localStorage.getItem(this.key)) ?? []; } catch { this.rows = []; }
  }

  add(trouble) {
    if (this.rows.some((row) => row.id === trouble.id)) return;
    this.write([...this.rows, trouble]);
  }

  settle(id) {
    this.write(this.rows.filter((row) => row.id !== id));
  }

  write(rows) {
    this.rows = rows;
    try { localStorage.setItem(this.key, JSON.stringify(rows)); } catch { /* shown as long as the page stays */ }
  }
}
