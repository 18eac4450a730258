// Finished pictures, so that going back to one needs no program. Bounded: the one that was looked at longest ago goes first.

const MOST = 40;
// Letters of all pictures together; each has some hundred thousand.
const MOST_LETTERS = 12_000_000;

export class Kept {
  constructor() { this.pictures = new Map(); this.letters = 0; }
  get(key) {
    const found = this.pictures.get(key);
    if (!found) return null;
    this.pictures.delete(key);
    this.pictures.set(key, found);
    return found.message;
  }
  put(key, message) {
    this.drop(key);
    const letters = Object.values(message.panels).reduce((sum, html) => sum + html.length, 0);
    this.pictures.set(key, { message, letters });
    this.letters += letters;
    for (const oldest of this.pictures.keys()) {
      if (this.pictures.size <= 1 || (this.pictures.size <= MOST && this.letters <= MOST_LETTERS)) break;
      this.drop(oldest);
    }
  }
  drop(key) {
    this.letters -= this.pictures.get(key)?.letters ?? 0;
    this.pictures.delete(key);
  }
  clear() { this.pictures.clear(); this.letters = 0; }
}
