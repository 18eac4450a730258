// Talks to the program that serves the page: requests go out as JSON, pictures come in by server-sent events.

const page = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export async function post(path, body) {
  const answer = await fetch(`api/${path}`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ ...body }),
  });
  const found = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
  return { ok: answer.ok, status: answer.status, ...found };
}

export const story = (wanted) => post("story", { page, ...wanted });
export const variant = (wanted) => post("variant", wanted);

// Sends the newest state as soon as the last one was taken; what came between is skipped.
export class Tweaks {
  constructor(onFault) { this.number = 0; this.next = null; this.busy = false; this.onFault = onFault; }
  send(request) { this.next = request; if (!this.busy) this.flush(); }
  async flush() {
    this.busy = true;
    while (this.next) {
      const request = this.next;
      this.next = null;
      this.number += 1;
      try {
        const answer = await post("tweak", { page, tweak: this.number, ...request });
        if (answer.status === 429) {
          await new Promise((later) => setTimeout(later, 300));
          this.next ??= request;
        } else if (!answer.ok && answer.status !== 409) {
          this.onFault(answer.message ?? `the program answered with ${answer.status}`);
        }
      } catch {
        // The stream of events notices that the program has gone, and says so.
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
  const open = () => {
    const stream = new EventSource(`events/${page}`);
    stream.onopen = () => { if (lost) onBack(); lost = false; };
    stream.onmessage = (event) => onMessage(JSON.parse(event.data));
    stream.onerror = () => {
      if (!lost) onLost();
      lost = true;
      // After an answer that is no stream the browser gives up by itself.
      if (stream.readyState === EventSource.CLOSED) setTimeout(open, 2000);
    };
  };
  open();
}
