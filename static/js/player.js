// The player page: keys, one place kept, a new address when the old one has expired. Without this file the film plays too.
(() => {
  const page = document.querySelector("[data-player]");
  const film = document.getElementById("film");
  if (!page || !film) return;
  const { progress, ticket } = page.dataset;
  const token = page.querySelector("[name=csrfmiddlewaretoken]").value;
  const said = document.getElementById("said");
  const keys = document.getElementById("keys");
  const words = {};
  for (const word of document.getElementById("words").content.querySelectorAll("[data-key]")) words[word.dataset.key] = word.textContent;

  const say = (text) => { said.textContent = text; };
  const clock = (seconds) => {
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
    if (!parts[0]) parts.shift();
    return parts.map((part, place) => (place ? String(part).padStart(2, "0") : part)).join(":");
  };

  // --- the place, told now and then, and when the page is left
  let told = -1;
  const tell = (leaving) => {
    if (!progress || !film.duration) return;
    const position = Math.round(film.currentTime);
    if (position === told) return;
    told = position;
    const body = new FormData();
    body.append("csrfmiddlewaretoken", token);
    body.append("position", position);
    if (leaving && navigator.sendBeacon) navigator.sendBeacon(progress, body);
    else fetch(progress, { method: "POST", body, keepalive: true }).catch(() => { told = -1; });
  };
  let began = false;
  film.addEventListener("play", () => { began = true; });
  film.addEventListener("timeupdate", () => { if (began && Math.abs(film.currentTime - told) >= 10) tell(false); });
  film.addEventListener("pause", () => { if (began) tell(false); });
  film.addEventListener("ended", () => tell(false));
  addEventListener("pagehide", () => { if (began) tell(true); });

  // --- from the beginning, without loading the page again
  const over = document.getElementById("start-over");
  if (over) over.addEventListener("click", (event) => {
    event.preventDefault();
    film.currentTime = 0;
    film.focus();
    say(clock(0));
  });

  // --- an address is good for some hours; who watches for longer gets another one
  let asked = 0;
  film.addEventListener("error", async () => {
    const place = film.currentTime || told || Number(page.dataset.position) || 0;
    const playing = began && !film.paused;
    if (Date.now() - asked < 15000) { say(words.lost); return; }
    asked = Date.now();
    try {
      const answer = await fetch(ticket, { headers: { Accept: "application/json" } });
      const found = await answer.json();
      if (!answer.ok) { say(found.why); return; }
      film.src = place > 0 ? `${found.address}#t=${Math.floor(place)}` : found.address;
      if (playing) film.play().catch(() => {});
    } catch { say(words.lost); }
  });

  // --- keys: never one that belongs to what has the focus
  const seek = (by) => {
    film.currentTime = Math.min(film.duration || 0, Math.max(0, film.currentTime + by));
    say(clock(film.currentTime));
  };
  const louder = (by) => {
    film.volume = Math.min(1, Math.max(0, Math.round((film.volume + by) * 20) / 20));
    say(`${Math.round(film.volume * 100)} %`);
  };
  const captions = () => {
    const track = film.textTracks[0];
    if (!track) return;
    const on = track.mode !== "showing";
    track.mode = on ? "showing" : "hidden";
    say(on ? words.captions : words.nocaptions);
  };
  const whole = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (film.requestFullscreen) film.requestFullscreen().catch(() => {});
    else if (film.webkitEnterFullscreen) film.webkitEnterFullscreen();
  };
  const help = () => { if (keys.open) keys.close(); else keys.showModal(); };
  const acts = {
    " ": () => { if (film.paused) film.play().catch(() => {}); else film.pause(); },
    ArrowLeft: () => seek(-10),
    ArrowRight: () => seek(10),
    ArrowUp: () => louder(0.1),
    ArrowDown: () => louder(-0.1),
    m: () => { film.muted = !film.muted; say(film.muted ? words.muted : words.unmuted); },
    c: captions,
    f: whole,
    "?": help,
  };
  const taken = "a, button, input, select, textarea, summary, dialog, [contenteditable], [role=button]";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || (event.target instanceof Element && event.target.closest(taken))) return;
    // The page scrolls by arrows and space unless the film, or nothing at all, has the focus and is in sight.
    event.preventDefault();
    event.stopPropagation();
    act();
  }, true);
  const open = document.getElementById("keys-open");
  open.hidden = false;
  open.addEventListener("click", help);
})();
