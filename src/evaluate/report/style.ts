/** The style sheet of the report: one column on a phone, light or dark as the reader's system, black on white in print. */

export const styleSheet = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1c2128; --muted: #59636e; --line: #d8dee4; --faint: #aeb6bf;
  --calibrated: #0b62a8; --unaligned: #c2570c; --zero-shot: #7a4fa3; --chance: #6b7280; --oracle: #1a7f4b;
  --danger: #b42318; --danger-page: #fef1f0; --good: #1a7f4b; --caution: #9a5b00; --caution-page: #fff7e6;
  --shade: 11, 98, 168;
  --class-0: #c0392b; --class-1: #0b62a8; --class-2: #1a7f4b; --class-3: #8e5bb5; --class-4: #b7791f; --class-5: #0f8b8d; --class-6: #a23b72;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #12161b; --text: #e4e8ec; --muted: #9aa4af; --line: #303840; --faint: #5b6671;
    --calibrated: #6cb6ff; --unaligned: #f0a35e; --zero-shot: #c6a1ee; --chance: #9aa4af; --oracle: #57c78b;
    --danger: #ff8a80; --danger-page: #3a1715; --good: #57c78b; --caution: #f2c063; --caution-page: #33270e;
    --shade: 76, 148, 220;
    --class-0: #ff8a80; --class-1: #6cb6ff; --class-2: #57c78b; --class-3: #c6a1ee; --class-4: #f2c063; --class-5: #5ccfd0; --class-6: #f29bc4;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 24px 16px 48px; max-width: 960px;
  background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: break-word;
}
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 4px; display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; }
h2 { font-size: 1.15rem; margin: 40px 0 8px; padding-top: 16px; border-top: 1px solid var(--line); }
p { margin: 8px 0; max-width: 72ch; }
.badge { font-size: .8rem; font-weight: 600; border: 1.5px solid; border-radius: 999px; padding: 1px 10px; white-space: nowrap; }
.badge.strict { color: var(--good); }
.badge.paper { color: var(--caution); }
.subtitle { color: var(--muted); }
.headline { font-size: 1.15rem; line-height: 1.5; margin: 16px 0; }
.banner { border: 1.5px solid var(--danger); border-left-width: 6px; background: var(--danger-page); border-radius: 6px; padding: 8px 16px; margin: 16px 0; }
.banner h2 { color: var(--danger); border: 0; margin: 4px 0; padding: 0; }
.banner.leak { border-width: 4px; border-left-width: 12px; }
.banner.leak h2 { font-size: 1.5rem; }
.banner.caution { border-color: var(--caution); background: var(--caution-page); }
.banner.caution h2 { color: var(--caution); }
.banner ul { margin: 4px 0; padding-left: 20px; }
figure { margin: 8px 0 24px; break-inside: avoid; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 16px 24px; align-items: start; }
.plots > div { min-width: 0; }
.plots svg { width: 100%; max-width: 520px; height: auto; display: block; }
figcaption { color: var(--muted); font-size: .88rem; margin-top: 8px; max-width: 80ch; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 16px; padding: 0; margin: 8px 0; font-size: .88rem; }
.legend li { display: flex; align-items: center; gap: 6px; }
.key { display: inline-block; flex: none; width: 18px; height: 0; border-top: 2.5px solid; }
.key.dashed { border-top-style: dashed; }
.key.dotted { border-top-style: dotted; }
.key.dot, .key.ring, .key.square, .key.diamond { width: 10px; height: 10px; border: 2px solid; border-radius: 50%; }
.key.dot, .key.square, .key.diamond { background: currentColor; }
.key.square, .key.diamond { border-radius: 0; }
.key.diamond { transform: rotate(45deg) scale(.85); }
.key.band { height: 12px; border: 0; background: currentColor; opacity: .25; }
.scroll { overflow-x: auto; margin: 8px 0 24px; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
h3 { font-size: .95rem; margin: 16px 0 0; }
.scroll th[scope=row], .scroll th:first-child { position: sticky; left: 0; background: var(--page); padding-right: 14px; }
th, td { padding: 4px 10px; text-align: right; border-bottom: 1px solid var(--line); vertical-align: bottom; white-space: nowrap; }
thead th { color: var(--muted); font-weight: 600; white-space: normal; border-bottom: 1.5px solid var(--muted); }
th[scope=row], .text { text-align: left; }
th[scope=row] { font-weight: 500; }
tr > :first-child { padding-left: 0; }
td.text { white-space: normal; min-width: 8ch; }
tbody tr { break-inside: avoid; }
.confusion td, .confusion th { vertical-align: middle; }
.confusion .cell { min-width: 76px; text-align: center; background: color-mix(in srgb, rgb(var(--shade)) var(--share), transparent); border: 2px solid var(--page); }
.confusion thead th { text-align: center; }
.cell.strong { color: #ffffff; }
.cell b, .cell small { display: block; line-height: 1.35; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 8px 0 24px; font-size: .92rem; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
.paste { border-left: 3px solid var(--line); padding-left: 14px; }
.slices { max-width: 720px; }
.slices img { width: 100%; height: auto; display: block; background: #000; }
.slices p { display: flex; justify-content: space-between; margin: 2px 0; font-size: .82rem; color: var(--muted); }
.viewer { position: relative; width: 100%; max-width: 720px; height: min(70vh, 480px); background: #000; display: none; }
.viewer canvas { width: 100%; height: 100%; outline: none; touch-action: none; }
.has-viewer .viewer { display: block; }
.has-viewer .slices { display: none; }
code { font-size: .85em; overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 0 32px; align-items: start; }
.columns > * { min-width: 0; }
@media (max-width: 480px) {
  .confusion .cell { min-width: 62px; padding: 4px; }
  .confusion td, .confusion th { padding: 4px 5px; }
}
@media print {
  @page { margin: 16mm 14mm; }
  body { padding: 0; max-width: none; font-size: 10.5pt; }
  h2 { break-after: avoid; margin-top: 20px; }
  .scroll { overflow: visible; }
  h3 { break-after: avoid; }
  .plots { grid-template-columns: 1fr 1fr; }
  .columns { grid-template-columns: 1fr 1fr; break-inside: avoid; }
  table { font-size: 8.5pt; }
  th, td { padding: 3px 6px; }
  .scroll th[scope=row], .scroll th:first-child { position: static; background: none; }
  .confusion .cell { min-width: 48px; }
  .has-viewer .viewer { position: absolute; left: -10000px; width: 720px; height: 480px; }
  .has-viewer .slices { display: block; }
  .cell, .badge, .banner, .key, .slices img { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`
