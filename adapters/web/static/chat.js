/* The simulator's page: rooms side by side, kept up to date by the events of /chat/events.

Handles for tests and other tools; they stay as they are when the looks change:

  [data-testid=room]      a room: data-room = its address, data-purpose = customer | duty | private
  in a room:
    [data-testid=speaker]   select, the value is the account of who speaks ("+": dialog for another name)
    [data-testid=text]      textarea; Enter sends, Shift+Enter breaks the line
    [data-testid=send], [data-testid=call-bot]
    [data-testid=log]       the messages, oldest first; ↑ ↓ walk through them, Enter quotes
    [data-testid=hint]      what to type in an empty room; its buttons [data-testid=suggestion] fill the textarea
    [data-testid=quoting]   the quote of the next message; [data-testid=stop-quoting] or Escape drops it
    [data-testid=trouble]   why the last attempt failed
    [data-testid=newer]     jumps to messages below the visible ones
  [data-testid=message]   data-message = id, data-person = account or "bot", data-edited when it was replaced
  in a message:
    [data-testid=message-text], [data-testid=quoted], [data-testid=edited], [data-testid=quote]
    [data-testid=file]      a link to the file that the bot sends here
    [data-testid=button]    data-command = what pressing it says
    [data-testid=call]      data-person = account of the called person; class "me" when that is who speaks here
  [data-testid=pressed]   the line about a pressed button: data-message, data-person
  [data-testid=tab]       data-room; in it [data-testid=unread] with the number of unread messages
  [data-testid=clock], [data-testid=travel-300], [data-testid=travel-1800], [data-testid=travel-next], [data-testid=toast]
  [data-testid=open-private], [data-testid=private-dialog], [data-testid=private-person], [data-testid=private-ok]
  [data-testid=visitor-dialog], [data-testid=visitor-name], [data-testid=visitor-ok]
  [data-testid=state]     empty while connected; body[data-connected] is then present

Everything that people or the bot wrote goes into the page as text, never as markup. */

const { adapter, bot, language } = document.body.dataset;
const texts = JSON.parse(document.body.dataset.texts);
const MOST_MESSAGES = 500;
const STAFF = ["engineer", "leader", "manager", "director", "knowledge", "admin"];

const part = (name, within = document) => within.querySelector(`[data-testid="${name}"]`);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
const fresh = (name) => document.getElementById(name).content.firstElementChild.cloneNode(true);

function element(tag, properties, text = "") {
  const made = Object.assign(document.createElement(tag), properties);
  made.textContent = text;
  return made;
}

// What this browser remembers: who speaks in which room, and the names typed here.

const memory = {
  key: `shouwen.chat.${adapter}`,
  value: { speakers: {}, visitors: [] },
  load() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key));
      if (kept && typeof kept.speakers === "object" && Array.isArray(kept.visitors)) this.value = kept;
    } catch {
      // Storage is switched off or holds something else: the choice lasts as long as the page.
    }
  },
  save() {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.value));
    } catch {
      // As above.
    }
  },
};

// Everybody who may speak.

const people = new Map();

const nameOf = (account) => people.get(account)?.name ?? account.slice(adapter.length + 1);
const roleOf = (person) => texts[`role_${person.role}`] ?? person.role;

function hueOf(name) {
  let hue = 7;
  for (const character of name) hue = (hue * 31 + character.codePointAt(0)) % 360;
  return hue;
}

function paint(avatar, name, isBot = false) {
  avatar.textContent = isBot ? "✦" : [...name][0].toUpperCase();
  avatar.classList.toggle("bot", isBot);
  avatar.style.setProperty("--hue", hueOf(name));
}

function welcome(person) {
  people.set(person.account, person);
}

function rememberVisitors() {
  for (const name of memory.value.visitors) {
    const account = `${adapter}:${name}`;
    const isKnown = [...people.values()].some((person) => person.name === name);
    if (!people.has(account) && !isKnown) welcome({ account, name, role: "visitor" });
  }
}

function peopleOptions(withSomebodyElse) {
  const groups = [
    [texts.customers, (person) => person.role === "contact"],
    [texts.visitors, (person) => person.role !== "contact" && !STAFF.includes(person.role)],
    [texts.staff, (person) => STAFF.includes(person.role)],
  ];
  const options = [];
  for (const [label, belongs] of groups) {
    const group = element("optgroup", { label });
    for (const person of [...people.values()].filter(belongs)) {
      group.append(element("option", { value: person.account }, `${person.name} · ${roleOf(person)}`));
    }
    if (group.children.length) options.push(group);
  }
  if (withSomebodyElse) options.push(element("option", { value: "+" }, texts.somebody_else));
  return options;
}

// The server.

async function post(what, body) {
  let answer;
  try {
    answer = await fetch(`/chat/${what}?lang=${language}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error(texts.failed);
  }
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(value.says ?? texts.failed);
  return value;
}

// Rooms.

const panes = new Map();
const roomsElement = part("rooms");
const tabsElement = part("tabs");
let current = null; // the address of the room that a phone shows

class Pane {
  constructor(room) {
    this.address = room.address;
    this.quotes = null;
    this.unread = 0;
    this.isVisible = false;
    this.isFollowing = true; // the newest message is in sight and stays so
    this.messages = new Map();
    this.lastDay = null;
    this.element = fresh("room");
    this.log = part("log", this.element);
    this.text = part("text", this.element);
    this.select = part("speaker", this.element);
    this.tab = fresh("tab");
    this.describe(room);
    this.listen();
    watcher.observe(this.element);
  }

  describe(room) {
    this.purpose = room.purpose;
    this.person = room.person;
    this.name = room.name;
    this.element.dataset.room = this.tab.dataset.room = room.address;
    this.element.dataset.purpose = room.purpose;
    this.element.setAttribute("aria-label", room.name);
    this.element.querySelector("[data-part=name]").textContent = room.name;
    this.element.querySelector("[data-part=purpose]").textContent = texts[room.purpose] === room.name ? "" : texts[room.purpose];
    this.tab.querySelector("[data-part=name]").textContent = room.name;
    this.log.setAttribute("aria-label", room.name);
    this.select.setAttribute("aria-label", fill(texts.speaks_here, { room: room.name }));
    this.text.setAttribute("aria-label", fill(texts.writes_here, { room: room.name }));
    const hint = part("hint", this.element);
    hint.querySelector("p").textContent = texts[`empty_${room.purpose}`];
    hint.querySelector("div").replaceChildren(...fill(texts[`try_${room.purpose}`], { bot }).split("|").map((text) => {
      const chip = element("button", { type: "button", onclick: () => this.write(text) }, text);
      chip.dataset.testid = "suggestion";
      return chip;
    }));
  }

  listen() {
    part("composer", this.element).addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.text.addEventListener("keydown", (event) => {
      // While an input method composes Chinese, Enter takes the candidate and must not send.
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        this.send();
      } else if (event.key === "Escape") {
        this.quote(null);
      }
    });
    this.text.addEventListener("input", () => this.stretch());
    this.select.addEventListener("change", () => {
      if (this.select.value === "+") this.askName();
      else this.speakAs(this.select.value);
    });
    part("call-bot", this.element).addEventListener("click", () => {
      const called = `@${bot}`;
      this.write(this.text.value.startsWith(called) ? this.text.value : `${called} ${this.text.value}`);
    });
    part("stop-quoting", this.element).addEventListener("click", () => this.quote(null));
    part("newer", this.element).addEventListener("click", () => this.toEnd());
    this.log.addEventListener("scroll", () => {
      this.isFollowing = this.isAtEnd();
      if (this.isFollowing) this.seen();
    });
    // A growing textarea or a quote above it takes room from the messages.
    new ResizeObserver(() => this.isFollowing && this.toEnd()).observe(this.log);
    this.log.addEventListener("keydown", (event) => this.walk(event));
    this.tab.addEventListener("click", () => show(this.address));
    this.tab.addEventListener("keydown", (event) => {
      const side = { ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[event.key];
      if (!side || !this.tab[side]) return;
      event.preventDefault();
      this.tab[side].focus();
      this.tab[side].click();
    });
  }

  // Who speaks.

  get speaker() {
    return this.person ?? this.select.dataset.account;
  }

  offerPeople() {
    if (this.person) {
      this.select.replaceChildren(element("option", { value: this.person }, nameOf(this.person)));
      this.select.disabled = true;
    } else {
      this.select.replaceChildren(...peopleOptions(true));
    }
    const kept = this.select.dataset.account ?? memory.value.speakers[this.address];
    this.speakAs(this.person ?? (people.has(kept) ? kept : this.usualSpeaker()), false);
  }

  /* In the nth customer group the nth contact, so that two groups begin with two customers; elsewhere the first engineer. */
  usualSpeaker() {
    const role = this.purpose === "duty" ? "engineer" : "contact";
    const fitting = [...people.values()].filter((person) => person.role === role);
    const alike = [...panes.values()].filter((pane) => pane.purpose === this.purpose);
    const place = this.purpose === "duty" ? 0 : alike.indexOf(this);
    const person = fitting[Math.max(place, 0) % fitting.length] ?? [...people.values()][0];
    return person.account;
  }

  speakAs(account, isChosen = true) {
    this.select.dataset.account = account;
    this.select.value = account;
    const name = nameOf(account);
    paint(this.element.querySelector(".who .avatar"), name);
    this.text.placeholder = fill(texts.placeholder, { name });
    if (isChosen) {
      memory.value.speakers[this.address] = account;
      memory.save();
    }
    for (const message of this.messages.values()) this.turn(message);
  }

  async askName() {
    this.select.value = this.speaker;
    const name = await ask("visitor-dialog", "name");
    if (name === null) return;
    const clean = name.trim();
    if (!clean || /[@＠:]/.test(clean)) {
      this.trouble(texts.unfit_name);
      return;
    }
    this.trouble("");
    let person = [...people.values()].find((each) => each.name === clean);
    if (!person) {
      person = { account: `${adapter}:${clean}`, name: clean, role: "visitor" };
      memory.value.visitors = [...memory.value.visitors.filter((each) => each !== clean), clean].slice(-20);
      welcome(person);
      for (const pane of panes.values()) pane.offerPeople();
    }
    this.speakAs(person.account);
    this.text.focus();
  }

  // What they write.

  write(text) {
    this.text.value = text;
    this.stretch();
    this.text.focus();
    this.text.setSelectionRange(text.length, text.length);
  }

  stretch() {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
  }

  async send() {
    const text = this.text.value;
    if (!text.trim()) return;
    const quotes = this.quotes;
    this.write("");
    this.quote(null);
    this.trouble("");
    try {
      await post("say", { room: this.address, person: this.speaker, text, quotes });
    } catch (error) {
      this.trouble(error.message);
      if (!this.text.value) this.write(text);
      this.quote(quotes);
    }
  }

  async press(message, button) {
    this.trouble("");
    try {
      await post("press", { room: this.address, person: this.speaker, message, button });
    } catch (error) {
      this.trouble(error.message);
    }
  }

  trouble(text) {
    const place = part("trouble", this.element);
    place.textContent = text;
    place.hidden = !text;
  }

  quote(id) {
    this.quotes = id;
    const bar = part("quoting", this.element);
    bar.hidden = id === null;
    if (id === null) return;
    const message = this.messages.get(id);
    bar.querySelector("p").textContent = message ? `${fill(texts.quoting, { name: authorOf(message) })} ${wording(message)}` : texts.quoted_gone;
    this.text.focus();
  }

  // What is there to read.

  clear() {
    this.messages.clear();
    this.log.replaceChildren();
    this.lastDay = null;
    part("hint", this.element).hidden = false;
  }

  add(message, isNew = true) {
    if (this.messages.has(message.id)) {
      this.replace(message);
      return;
    }
    const wasAtEnd = this.isFollowing;
    if (message.day !== this.lastDay) {
      this.log.append(element("p", { className: "day" }, message.day));
      this.lastDay = message.day;
    }
    this.messages.set(message.id, message);
    this.log.append(this.drawn(message));
    part("hint", this.element).hidden = true;
    if (this.messages.size > MOST_MESSAGES) this.forgetOldest();
    if (!isNew) return;
    const isMine = message.author?.account === this.speaker;
    if (wasAtEnd || isMine) this.toEnd();
    if (!isMine) this.count(wasAtEnd);
  }

  replace(message) {
    const before = this.find(message.id);
    if (!before) {
      this.add(message);
      return;
    }
    const wasAtEnd = this.isFollowing;
    this.messages.set(message.id, message);
    const after = this.drawn(message);
    before.replaceWith(after);
    after.classList.add("changed");
    if (wasAtEnd) this.toEnd();
  }

  forgetOldest() {
    const oldest = this.messages.keys().next().value;
    this.messages.delete(oldest);
    this.find(oldest)?.remove();
    while (this.log.firstElementChild?.className === "day" && this.log.children[1]?.className === "day") {
      this.log.firstElementChild.remove();
    }
  }

  find(id) {
    return this.log.querySelector(`[data-message="${CSS.escape(id)}"]`);
  }

  drawn(message) {
    if (message.pressed !== null) return this.drawnPress(message);
    const made = fresh("message");
    const name = authorOf(message);
    made.dataset.message = message.id;
    made.dataset.person = message.author?.account ?? "bot";
    made.classList.toggle("from-bot", !message.author);
    if (message.edited) made.dataset.edited = "";
    paint(made.querySelector(".avatar"), name, !message.author);
    made.querySelector("[data-part=name]").textContent = name;
    made.querySelector("[data-part=role]").textContent = message.author ? roleOf(message.author) : texts.bot;
    made.querySelector("time").textContent = message.time;
    part("edited", made).hidden = !message.edited;
    part("message-text", made).append(...message.pieces.map((piece) => {
      if (!piece.calls) return piece.text;
      const call = element("span", { className: "call" }, piece.text);
      call.dataset.testid = "call";
      call.dataset.person = piece.calls;
      return call;
    }));
    if (message.file !== null) {
      const where = new URLSearchParams({ room: message.room, message: message.id });
      const link = element("a", { href: `/chat/file?${where}`, download: message.file }, `📎 ${message.file}`);
      link.dataset.testid = "file";
      part("message-text", made).append(link);
    }
    this.drawQuoted(part("quoted", made), message.quotes);
    const buttons = part("buttons", made);
    buttons.hidden = !message.buttons.length;
    buttons.append(...message.buttons.map(({ label, command }) => {
      const button = element("button", { type: "button", onclick: () => this.press(message.id, command) }, label);
      button.dataset.testid = "button";
      button.dataset.command = command;
      return button;
    }));
    part("quote", made).addEventListener("click", () => this.quote(message.id));
    this.turn(message, made);
    return made;
  }

  drawnPress(message) {
    const text = fill(texts.pressed, { name: authorOf(message), label: message.pressed });
    const made = element("p", { className: "pressed" }, `${text} ${message.time}`);
    made.dataset.testid = "pressed";
    made.dataset.message = message.id;
    made.dataset.person = message.author.account;
    return made;
  }

  drawQuoted(place, id) {
    place.hidden = id === null;
    if (id === null) return;
    const message = this.messages.get(id);
    place.textContent = message ? `${authorOf(message)}：${wording(message)}` : texts.quoted_gone;
    place.addEventListener("click", () => {
      const found = this.find(id);
      found?.scrollIntoView({ block: "center" });
      found?.focus({ preventScroll: true });
    });
  }

  /* Show a message as the person sees it who speaks here: their own on the right, calls of them marked. */
  turn(message, drawn = this.find(message.id)) {
    if (!drawn) return;
    drawn.classList.toggle("mine", message.author?.account === this.speaker);
    for (const call of drawn.querySelectorAll("[data-testid=call]")) {
      call.classList.toggle("me", call.dataset.person === this.speaker);
    }
    drawn.classList.toggle("calls-me", drawn.querySelector(".me") !== null);
  }

  walk(event) {
    const focused = document.activeElement.closest("[data-testid=message]");
    const every = [...this.log.querySelectorAll("[data-testid=message]")];
    const place = focused ? every.indexOf(focused) : every.length;
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const next = every[place + (event.key === "ArrowUp" ? -1 : 1)];
      if (!next) return;
      event.preventDefault();
      next.focus();
    } else if (event.key === "Enter" && event.target === focused) {
      event.preventDefault();
      this.quote(focused.dataset.message);
    }
  }

  // What is still unread.

  isAtEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 48;
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.isFollowing = true;
    this.seen();
  }

  count(wasAtEnd) {
    if (this.isVisible && wasAtEnd && !document.hidden) return;
    this.unread += 1;
    this.showUnread();
  }

  seen() {
    if (!this.isVisible || document.hidden) return;
    this.unread = 0;
    this.showUnread();
  }

  showUnread() {
    const badge = part("unread", this.tab);
    badge.hidden = this.unread === 0;
    badge.textContent = this.unread > 99 ? "99+" : String(this.unread);
    badge.setAttribute("aria-label", fill(texts.unread, { count: this.unread }));
    part("newer", this.element).hidden = this.unread === 0 || this.isAtEnd();
  }
}

const authorOf = (message) => message.author?.name ?? bot;
const wording = (message) => message.pressed ?? message.file ?? message.pieces.map((piece) => piece.text).join("");

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const pane = panes.get(entry.target.dataset.room);
    if (!pane) continue;
    pane.isVisible = entry.isIntersecting;
    if (pane.isVisible && pane.isAtEnd()) pane.seen();
    if (pane.isVisible) mark(pane.address);
  }
}, { root: roomsElement, threshold: 0.6 });

function mark(address) {
  current = address;
  for (const pane of panes.values()) {
    const isCurrent = pane.address === address;
    pane.tab.setAttribute("aria-current", String(isCurrent));
    if (isCurrent) tabsElement.scrollLeft = pane.tab.offsetLeft - tabsElement.clientWidth / 3;
  }
}

function show(address) {
  const pane = panes.get(address);
  roomsElement.scrollTo({ left: pane.element.offsetLeft - roomsElement.offsetLeft });
  mark(address);
}

function openRoom(room) {
  const existing = panes.get(room.address);
  if (existing) {
    existing.describe(room);
    return existing;
  }
  const pane = new Pane(room);
  panes.set(room.address, pane);
  roomsElement.append(pane.element);
  tabsElement.append(pane.tab);
  pane.offerPeople();
  if (current === null) mark(room.address);
  fitTabs();
  return pane;
}

/* Tabs are for rooms that do not fit next to each other: always on a phone. */
function fitTabs() {
  tabsElement.hidden = roomsElement.scrollWidth <= roomsElement.clientWidth + 1;
}

// Dialogs.

function ask(name, field) {
  const dialog = part(name);
  const form = dialog.querySelector("form");
  form.reset();
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "ok" ? form.elements[field].value : null);
    }, { once: true });
  });
}

for (const button of document.querySelectorAll("dialog [value=cancel]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}

part("open-private").addEventListener("click", async () => {
  part("private-person").replaceChildren(...peopleOptions(false));
  const account = await ask("private-dialog", "person");
  if (!account) return;
  const address = `${adapter}:private:${account.slice(adapter.length + 1)}`;
  const name = fill(texts.private_room, { name: nameOf(account) });
  const pane = panes.get(address) ?? openRoom({ address, name, purpose: "private", person: account });
  show(address);
  pane.text.focus();
});

// Time.

function setClock(text) {
  part("clock").textContent = text;
}

let toastTimer = 0;

function toast(text) {
  const place = part("toast");
  place.textContent = text;
  place.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { place.hidden = true; }, 4000);
}

for (const button of part("travel")?.querySelectorAll("button") ?? []) {
  button.addEventListener("click", async () => {
    const { seconds, to } = button.dataset;
    const all = button.parentElement.querySelectorAll("button");
    for (const each of all) each.disabled = true;
    try {
      const { moved, text } = await post("travel", to ? { to } : { seconds: Number(seconds) });
      toast(moved ? fill(texts.arrived, { clock: text }) : texts.no_deadline);
    } catch (error) {
      toast(error.message);
    } finally {
      for (const each of all) each.disabled = false;
      button.focus();
    }
  });
}

// Events.

function setState(text) {
  part("state").textContent = text;
  document.body.toggleAttribute("data-connected", text === "");
}

const changes = {
  snapshot({ rooms, people: everybody, clock }) {
    people.clear();
    everybody.forEach(welcome);
    rememberVisitors();
    if (!people.size) welcome({ account: `${adapter}:${texts.guest}`, name: texts.guest, role: "visitor" });
    for (const pane of panes.values()) pane.clear();
    for (const room of rooms) {
      const pane = openRoom(room);
      for (const message of room.messages) pane.add(message, false);
    }
    for (const pane of panes.values()) pane.offerPeople();
    // Only now: each pane that opens makes the others narrower, and so what is in them taller.
    for (const pane of panes.values()) pane.toEnd();
    setClock(clock.text);
    setState(rooms.length ? "" : fill(texts.no_rooms, { address: `"${adapter}:group:demo"` }));
  },
  message(message) {
    panes.get(message.room)?.add(message);
    setClock(`${message.day} ${message.time}`);
  },
  edit(message) {
    panes.get(message.room)?.replace(message);
  },
  room(room) {
    openRoom(room);
  },
  person(person) {
    welcome(person);
    for (const pane of panes.values()) pane.offerPeople();
  },
  clock({ text }) {
    setClock(text);
  },
};

function listen() {
  const source = new EventSource(`/chat/events?lang=${language}`);
  for (const [name, change] of Object.entries(changes)) {
    source.addEventListener(name, (event) => change(JSON.parse(event.data)));
  }
  source.addEventListener("error", () => {
    setState(texts.lost);
    // A browser gives up for good when the answer is an error page, as during a restart behind a proxy.
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  });
}

document.addEventListener("visibilitychange", () => {
  for (const pane of panes.values()) if (pane.isAtEnd()) pane.seen();
});
new ResizeObserver(fitTabs).observe(roomsElement);

memory.load();
listen();
