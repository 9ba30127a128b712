/**
 * The style of the payment page: mobile first, light and dark. Stored as text because the page's policy contains its
 * digest.
 */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f3f4f1, #14181a);
  --card: light-dark(#ffffff, #1e2427);
  --text: light-dark(#1b2422, #edf1ee);
  --soft: light-dark(#56625e, #a3b0ab);
  --line: light-dark(#dde2de, #354044);
  --field: light-dark(#ffffff, #171c1f);
  --accent: light-dark(#0f6b54, #4cc7a1);
  --on-accent: light-dark(#ffffff, #08221a);
  --bad: light-dark(#b3261e, #ff8f85);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--text); }
header { display: flex; align-items: center; gap: 0.6rem; max-width: 27rem; margin: 0 auto; padding: 1.25rem 1.25rem 0.75rem; }
header em { margin-left: auto; padding: 0.15rem 0.65rem; border: 1px solid var(--line); border-radius: 1rem; font-size: 0.8rem; font-style: normal; color: var(--soft); }
.logo { width: 1.5rem; height: 1.1rem; border-radius: 0.25rem; background: linear-gradient(var(--accent) 0 22%, transparent 22% 38%, var(--accent) 38%); }
main { max-width: 27rem; margin: 0 auto; padding: 0 1rem 2.5rem; }
.card, .trouble { background: var(--card); border: 1px solid var(--line); border-radius: 1rem; padding: 1.5rem; }
.card { box-shadow: 0 0.75rem 2rem -1.25rem rgb(0 0 0 / 0.35); }
.label { margin: 0; color: var(--soft); }
.label strong { color: var(--text); letter-spacing: 0.02em; }
.price { margin: 0.15rem 0 1.5rem; font-size: 2.6rem; font-weight: 650; line-height: 1.15; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
button, .button { display: grid; place-items: center; width: 100%; min-height: 3rem; padding: 0.7rem 1rem; border: 1px solid var(--line); border-radius: 0.75rem; background: var(--card); color: var(--text); font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; }
button:hover, .button:hover { border-color: var(--accent); }
button:disabled { opacity: 0.55; cursor: progress; }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-size: 1.1rem; min-height: 3.4rem; }
.primary:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid color-mix(in srgb, var(--accent) 60%, transparent); outline-offset: 2px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0.75rem; margin-top: 0.75rem; }
.hint { margin: 0.9rem 0 0; font-size: 0.875rem; color: var(--soft); }
.standing { margin-bottom: 1.5rem; }
.standing h1 { margin: 0.75rem 0 0.25rem; font-size: 1.5rem; line-height: 1.25; }
.standing p { margin: 0; color: var(--soft); }
.standing span { display: grid; place-items: center; width: 3rem; height: 3rem; border-radius: 50%; background: color-mix(in srgb, var(--tone) 15%, transparent); color: var(--tone); font-size: 1.5rem; font-weight: 700; }
.done { --tone: var(--accent); }
.failed { --tone: var(--bad); }
.over { --tone: var(--soft); }
.done span::before { content: '\\2713'; }
.failed span::before { content: '\\00d7'; }
.over span::before { content: '\\2013'; }
#message, .alert { margin: 1rem 0 0; color: var(--bad); font-weight: 600; }
.trouble { margin-top: 1rem; padding: 0; }
.trouble > :not(summary) { margin-left: 1.5rem; margin-right: 1.5rem; }
.trouble > :last-child { margin-bottom: 1.5rem; }
.trouble > button { width: calc(100% - 3rem); margin-top: 1.25rem; }
.trouble > .hint { margin-top: 0; }
summary { padding: 0.95rem 1.5rem; border-radius: 1rem; font-weight: 600; cursor: pointer; }
.row { display: grid; grid-template-columns: 6rem 1fr; align-items: center; margin-top: 0.75rem; }
.check { display: flex; align-items: center; gap: 0.7rem; margin-top: 0.4rem; min-height: 2.4rem; }
.row + .check { margin-top: 0.9rem; }
.check input { width: 1.2rem; height: 1.2rem; margin: 0; flex: none; accent-color: var(--accent); }
.pair label { display: block; }
.pair + .row { margin-top: 1rem; }
select, input:not([type]) { min-width: 0; padding: 0.5rem 0.7rem; border: 1px solid var(--line); border-radius: 0.6rem; background: var(--field); color: var(--text); font: inherit; min-height: 2.75rem; }
select { width: 100%; }
input:not([type]) { width: 100%; margin-top: 0.25rem; }
input:invalid { border-color: var(--bad); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;
