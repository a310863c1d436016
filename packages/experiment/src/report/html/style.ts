/** The report's looks: light and dark by the reader's setting, legible when printed. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#1c1e21;--soft:#62676f;--line:#dfe2e6;--page:#fff;--card:#f6f7f9;--accent:#4477aa}
@media(prefers-color-scheme:dark){:root{--ink:#e7e9ec;--soft:#9aa1ab;--line:#33383f;--page:#15171a;--card:#1d2024;--accent:#7fb0e0}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:2rem 1.25rem 4rem;background:var(--page);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
h1{font-size:1.7rem;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2.5rem 0 .5rem}h3{font-size:1rem;margin:1.5rem 0 .5rem}
.note{color:var(--soft);font-size:.87rem;margin:.35rem 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
thead th{border-bottom:1.5px solid var(--ink);font-weight:600}
th,td{padding:.3rem .85rem;text-align:right;white-space:nowrap}
th:first-child{text-align:left;padding-left:0}tbody th{font-weight:400}
tbody tr:last-child>*{border-bottom:1.5px solid var(--ink)}tbody tr:hover{background:var(--card)}
figure{margin:.75rem 0}figcaption{color:var(--soft);font-size:.85rem;margin-bottom:.25rem}
img{image-rendering:pixelated;display:block;max-width:none;border-radius:3px}
.model{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.25rem 1.1rem .75rem;margin:1rem 0}
.compare{position:relative;width:max-content;--cut:.5;--edge:calc(var(--cell)*var(--cut))}
.over{position:absolute;inset:0;mask-image:repeating-linear-gradient(90deg,#0000 0 var(--edge),#000 var(--edge) var(--cell))}
.slider{position:sticky;top:0;z-index:2;background:var(--page);padding:.5rem 0;display:flex;gap:.75rem;align-items:center}
.slider input{flex:1;max-width:26rem;accent-color:var(--accent)}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:1rem}
.chart svg{width:100%;height:auto}.usage svg{height:70px}
svg text{fill:var(--soft);font-size:10px}svg .grid{stroke:var(--line);stroke-width:1}
.legend span{margin-right:1rem;white-space:nowrap;font-size:.87rem}.legend i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.4em}
.side-by-side{display:flex;flex-wrap:wrap;gap:0 1rem}
.samples{display:flex;gap:.6rem}.samples ol{list-style:none;margin:0;padding:0;display:grid;font-size:.8rem;color:var(--soft);text-align:right}.samples li{align-self:center;max-width:9rem}
code{background:var(--card);padding:.1em .35em;border-radius:4px;font-size:.9em}
`;

/** One slider for all comparisons of the page: it sets where originals end and reconstructions begin. */
export const SCRIPT = `
const slider=document.querySelector(".slider input");
if(slider)slider.addEventListener("input",()=>{for(const one of document.querySelectorAll(".compare"))one.style.setProperty("--cut",slider.value/100)});
`;
