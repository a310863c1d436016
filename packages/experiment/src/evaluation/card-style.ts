/** The look of the tokenizer card: light and dark, on a phone and on paper. */
export const CARD_STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6470;--line:#dfe3e8;--paper:#fff;--raised:#f6f8fa;--accent:#0b6bcb;--warn:#7a4d00;--warnpaper:#fff6e0}
@media (prefers-color-scheme:dark){:root{--ink:#e7ebf0;--soft:#9aa5b1;--line:#30363d;--paper:#0f1318;--raised:#171c22;--accent:#6cb2ff;--warn:#ffd889;--warnpaper:#2b2310}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1080px;margin:0 auto;padding:32px 20px 64px}
.kind{margin:0;color:var(--soft);font-size:12px;letter-spacing:.08em;text-transform:uppercase}
h1{margin:2px 0 10px;font-size:28px;line-height:1.2;overflow-wrap:anywhere}
h2{margin:36px 0 6px;font-size:19px}
h3{margin:0;font-size:15px}
.lead,.summary{color:var(--soft);margin:0 0 12px}
.chips{display:flex;flex-wrap:wrap;gap:6px;margin:0}
.chip{border:1px solid var(--line);border-radius:999px;padding:2px 10px;font-size:13px;overflow-wrap:anywhere}
.chip b{color:var(--soft);font-weight:500}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(132px,1fr));gap:10px;margin-top:20px}
.tile{background:var(--raised);border:1px solid var(--line);border-radius:10px;padding:12px 14px;display:flex;flex-direction:column}
.tile span{color:var(--soft);font-size:13px}
.tile strong{font-size:26px;line-height:1.25;color:var(--accent)}
.tile small{color:var(--soft);font-size:12px}
aside{margin-top:18px;border-radius:10px;padding:4px 14px;background:var(--warnpaper);color:var(--warn)}
aside p{margin:8px 0}
.strip{display:flex;gap:8px;overflow-x:auto;padding-bottom:6px}
figure{margin:0;display:grid;gap:4px;flex:none}
.picture{width:112px;height:112px;border-radius:6px;display:block;background:var(--raised)}
.pixelated{image-rendering:pixelated}
.protocols{align-items:start;display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:14px}
article{border:1px solid var(--line);border-radius:10px;padding:14px;display:flex;flex-direction:column;break-inside:avoid}
article .summary{font-size:13px;margin-bottom:10px}
.values{display:grid;grid-template-columns:repeat(auto-fill,minmax(96px,1fr));gap:10px 12px}
.value{display:flex;flex-direction:column}
.value span{color:var(--soft);font-size:12px}
.value strong{font-size:19px;line-height:1.3}
.value small{color:var(--soft);font-size:11px;white-space:nowrap}
.missing{color:var(--warn);font-size:12px;margin:8px 0 0}
.stamp{margin:auto 0 0;padding-top:12px;color:var(--soft);font:11px/1.45 ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:6px 14px 6px 0;border-bottom:1px solid var(--line);white-space:nowrap}
thead th{color:var(--soft);font-weight:500;font-size:13px}
.bar{display:inline-block;width:90px;height:7px;border-radius:4px;background:var(--line);vertical-align:middle;margin:0 6px}
.bar i{display:block;height:100%;border-radius:4px;background:var(--accent)}
polyline{fill:none;stroke:var(--accent);stroke-width:1.6}
svg{display:block}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 18px;margin:0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
@media print{main{max-width:none;padding:0}}
`;
