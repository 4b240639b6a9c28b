/** What the page of a report looks like beyond what every page of ours does. */
export const reportStyle = `
.hero{display:grid;gap:1.1rem}
.verdict{display:flex;gap:clamp(.9rem,2vw,1.5rem);align-items:flex-start}
.verdict svg{flex:none;width:clamp(2.6rem,6vw,3.75rem);height:auto;margin-top:.2rem}
.verdict .seal{fill:var(--good)}.failed .seal{fill:var(--bad)}
.verdict .sign{fill:none;stroke:var(--page);stroke-width:4.5;stroke-linecap:round;stroke-linejoin:round}
.hero .lead{font-size:clamp(1.05rem,1rem + .4vw,1.25rem);color:var(--muted);max-width:46rem;line-height:1.55}
.tiles{display:grid;grid-template-columns:repeat(6,1fr);gap:.75rem;margin:.9rem 0 0;padding:0}
@media (max-width:64rem){.tiles{grid-template-columns:repeat(3,1fr)}}
@media (max-width:36rem){.tiles{grid-template-columns:repeat(2,1fr)}}
.tiles div{padding:1rem 1.1rem;display:flex;flex-direction:column-reverse;justify-content:flex-end}
.tiles dt{color:var(--muted);font-size:.85rem;line-height:1.35}
.tiles dd{margin:0 0 .2rem;font:600 clamp(1.5rem,1.2rem + 1vw,2rem)/1.15 var(--book);letter-spacing:-.01em;white-space:nowrap}
.tiles dd small{font-size:.55em;font-weight:500;color:var(--muted);letter-spacing:0;margin-left:.2em}
.tiles .bad dd{color:var(--bad)}
.findings{padding:1.1rem 1.3rem;border-left:4px solid var(--bad)}
.findings.notice{border-left-color:var(--notice)}
.findings h2{font-size:1.15rem;margin-bottom:.4rem}
.findings ul{margin:0;padding-left:1.15rem}.findings li+li{margin-top:.3rem}
.picture{padding:clamp(.75rem,2vw,1.5rem)}
.picture svg{display:block;width:100%;height:auto;font-family:var(--text)}
.picture .tall{display:none;max-width:26rem;margin:0 auto}
@media (max-width:56rem){.picture .wide{display:none}.picture .tall{display:block}}
.box rect{fill:var(--page);stroke:var(--line);stroke-width:1.5}
.box text{text-anchor:middle}
.box-title{font-weight:600;font-size:15.5px;fill:var(--ink)}
.box-line{font-size:13px;fill:var(--muted)}
.box.good rect{stroke:var(--good)}.box.bad rect{stroke:var(--bad);stroke-width:2.5}
.box.quiet rect{stroke-dasharray:4 4}
.arrow{fill:none;stroke-width:2;stroke:var(--accent)}
.arrow.good{stroke:var(--good)}.arrow.bad{stroke:var(--bad)}.arrow.quiet{stroke:var(--muted);stroke-dasharray:4 4}
.head{fill:var(--accent)}.head.good{fill:var(--good)}.head.bad{fill:var(--bad)}.head.quiet{fill:var(--muted)}
.count{font-size:14px;font-weight:600;fill:var(--accent)}
.unit{font-size:12px;fill:var(--muted)}
.count.good{fill:var(--good)}.count.bad{fill:var(--bad)}.count.quiet{fill:var(--muted);font-weight:500}
.pair{display:grid;gap:1.25rem}
.pair h3{margin-bottom:.6rem}
.keys{display:flex;flex-wrap:wrap;gap:.4rem;margin:0 0 .9rem;padding:0;list-style:none}
.keys button{display:flex;align-items:center;gap:.45rem;padding:.25rem .7rem .25rem .55rem;border:1px solid var(--line);border-radius:999px;font-size:.8125rem;line-height:1.4}
.keys button:hover{border-color:var(--muted)}
.keys button[aria-pressed=false]{color:var(--muted);text-decoration:line-through}
.keys button[aria-pressed=false] .dot{background:none;border:2px solid var(--muted)}
.dot{flex:none;width:.7rem;height:.7rem;border-radius:50%;background:var(--own)}
.terms{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(19rem,100%),1fr));gap:.75rem;margin:0;padding:0;list-style:none}
.terms>li{padding:1rem 1.15rem;border-top:3px solid var(--own)}
.terms h3{display:flex;justify-content:space-between;align-items:baseline;gap:.5rem}
.terms h3 span{font:400 .8125rem/1.4 var(--text);color:var(--muted)}
.terms p{margin-top:.5rem;line-height:1.55;font-size:.95rem;color:var(--muted)}
.terms b{font-weight:600;color:var(--ink)}
.measures{display:flex;flex-wrap:wrap;gap:.4rem 2rem;margin:0 0 1.25rem;padding:0}
.measures div{display:flex;gap:.5rem;align-items:baseline}
.measures dt{color:var(--muted)}.measures dd{margin:0;font-weight:600}
.texts,.table{padding:.5rem clamp(.25rem,1vw,.75rem)}
.texts caption,.table caption{padding:.6rem .75rem}
.table+.table{margin-top:1rem}
.texts .more{padding:.6rem .75rem;color:var(--muted)}
.texts th[scope=row] small{display:block;color:var(--muted);font-weight:400}
.hash{display:inline-flex;gap:.35rem;align-items:center;font:.8125rem/1.6 var(--code);border-bottom:1px dotted var(--muted);white-space:nowrap}
.hash:hover{color:var(--accent);border-color:var(--accent)}
.hash.copied::after,.command.copied .say::after{content:" copied";color:var(--good);font-family:var(--text)}
.same{color:var(--good);font-weight:600;white-space:nowrap}.other{color:var(--bad);font-weight:600}
.texts .is-other td,.texts .is-other th{background:color-mix(in srgb,var(--bad) 7%,transparent)}
.columns{columns:3 18rem;column-gap:1rem}
.columns .card{padding:1.1rem 1.3rem;break-inside:avoid;margin-bottom:1rem}
.facts{margin:.6rem 0 0;display:grid;grid-template-columns:auto 1fr;gap:.3rem 1.25rem;font-size:.925rem}
.facts dt{color:var(--muted)}.facts dd{margin:0;text-align:right}
.places{list-style:none;margin:.6rem 0 0;padding:0;font-size:.925rem}.places li+li{margin-top:.55rem}
.places small,.command small{display:block;color:var(--muted)}
.commands{list-style:none;margin:0;padding:0;display:grid;gap:.6rem}
.command{width:100%;padding:.75rem 1.1rem;text-align:left;background:var(--surface);border:1px solid var(--line);border-radius:10px;line-height:1.5}
.command:hover{border-color:var(--accent)}
.command code{font-size:.9375rem}.command code::before{content:"$ ";color:var(--muted)}
.say{float:right;color:var(--muted);font-size:.8125rem;margin-left:1rem}.command.copied .say span{display:none}
.command .argument{display:inline-block;max-width:100%}
@media (max-width:40rem){
.texts .wide-only{display:none}
.texts tbody tr{display:grid;grid-template-columns:6.6rem 6.6rem 1fr;border-top:1px solid var(--line);padding:.55rem 0}
.texts tbody th,.texts tbody td{border:0;padding:.1rem .75rem}
.texts tbody th{grid-column:1/-1}
.texts thead tr{display:grid;grid-template-columns:6.6rem 6.6rem 1fr}
.texts thead th:first-child{position:absolute;clip-path:inset(50%)}
}
@media print{.keys,.say{display:none}.picture .wide{display:block}.picture .tall{display:none}.findings,.tiles div{break-inside:avoid}}
`;
