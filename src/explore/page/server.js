// Talks to the program that serves the page: requests go out as JSON, pictures come in by server-sent events.

const page = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");

// Milliseconds after which a program that says nothing counts as stopped; it gives a sign of life every half second.
const SILENCE = 1700;

export async function post(path, body, patience = 15000) {
  const answer = await fetch(`api/${path}`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ ...body }), signal: AbortSignal.timeout(patience),
  });
  const found = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
  return { ok: answer.ok, status: answer.status, ...found };
}

export const story = (wanted) => post("story", { page, ...wanted });
export const likeliest = (wanted) => post("likeliest", wanted, 65000);
export const variant = (wanted) => post("variant", wanted);

// Sends the newest state as soon as the last one was taken; what came between is skipped.
export class Tweaks {
  constructor(onFault) { this.number = 0; this.next = null; this.busy = false; this.onFault = onFault; this.sent = new Map(); }
  send(request) { this.next = request; if (!this.busy) this.flush(); }
  // Nothing more is wanted of what was asked so far; `key` and `state` stand for what is shown instead.
  skip(key, state) { this.next = null; this.note(key, state); }
  // Takes a number for a request, and remembers what it was about.
  note(key, state) {
    this.number += 1;
    this.sent.set(this.number, { key, state });
    for (const old of this.sent.keys()) if (old < this.number - 200) this.sent.delete(old);
  }
  async flush() {
    this.busy = true;
    while (this.next) {
      const { key, ...request } = this.next;
      const taken = this.next;
      this.next = null;
      this.note(key, request.state);
      const number = this.number;
      // What was skipped or asked anew in the meantime is not sent again.
      const again = () => { if (this.number === number) this.next ??= taken; };
      try {
        const answer = await post("tweak", { page, tweak: this.number, ...request }, 5000);
        if (answer.status === 429) {
          await new Promise((later) => setTimeout(later, 300));
          again();
        } else if (!answer.ok && answer.status !== 409) {
          this.onFault(answer.message ?? `the program answered with ${answer.status}`);
        }
      } catch {
        // That the program has gone is noticed by its silence; the newest state is sent again after a while, and when it is back.
        again();
        setTimeout(() => { if (this.next && !this.busy) this.flush(); }, 1000);
        break;
      }
      // A dragged slider moves some sixty times a second; half of that is smooth.
      await new Promise((later) => setTimeout(later, 30));
    }
    this.busy = false;
  }
}

// Listens for messages; tells when the program is lost and when it is back.
export function listen({ onMessage, onLost, onBack }) {
  let lost = false;
  let heard = performance.now();
  const hear = () => {
    heard = performance.now();
    if (lost) { lost = false; onBack(); }
  };
  const lose = () => {
    if (!lost) { lost = true; onLost(); }
  };
  const open = () => {
    const stream = new EventSource(`events/${page}`);
    stream.onopen = hear;
    stream.onmessage = (event) => {
      hear();
      const message = JSON.parse(event.data);
      if (message.kind !== "alive") onMessage(message);
    };
    stream.onerror = () => {
      lose();
      // After an answer that is no stream the browser gives up by itself.
      if (stream.readyState === EventSource.CLOSED) setTimeout(open, 2000);
    };
  };
  open();
  // What has come and waits to be read is read before silence is concluded from.
  setInterval(() => { if (performance.now() - heard > SILENCE) setTimeout(() => { if (performance.now() - heard > SILENCE) lose(); }, 50); }, 200);
}
