/** What the page of a watch looks like beyond what every page of ours does. */
export const watchStyle = `
.bar-inner,main,.foot{max-width:80rem}
main{gap:clamp(2rem,4vw,3rem);padding-top:clamp(1.25rem,3vw,2.5rem)}
.live{display:flex;align-items:center;gap:.5rem;color:var(--muted);font-size:.875rem;line-height:1.3;min-width:0}
.dot{flex:none;display:inline-block;width:.6rem;height:.6rem;border-radius:50%;background:var(--muted)}
.live[data-state=on] .dot{background:var(--good)}.live[data-state=off] .dot{background:var(--bad)}
.live[data-state=off]{color:var(--bad)}
.summary{display:grid;gap:.75rem}
.tiles{display:grid;grid-template-columns:repeat(5,minmax(0,1fr));gap:.75rem;margin:0}
@media (max-width:60rem){.tiles{grid-template-columns:repeat(2,minmax(0,1fr))}.tiles div:first-child{grid-column:1/-1}}
.tiles div{padding:.85rem 1rem;display:flex;flex-direction:column-reverse;justify-content:flex-end;min-width:0}
.tiles dt{color:var(--muted);font-size:.8125rem;line-height:1.35}
.tiles dd{margin:0 0 .15rem;font:600 clamp(1.25rem,1rem + 1vw,1.7rem)/1.15 var(--book);white-space:nowrap}
.tiles .good dd{color:var(--good)}.tiles .bad dd{color:var(--bad)}.tiles .bad{border-color:var(--bad)}
.problem{padding:.7rem 1rem;border-left:4px solid var(--notice);font-size:.9rem}
.empty{padding:1.1rem 1.3rem;color:var(--muted)}
.lanes,.lags{display:grid;gap:.75rem}
.lane{display:grid;grid-template-columns:7.5rem minmax(0,1fr) minmax(0,1.35fr) minmax(0,1.35fr);align-items:center;padding:.9rem}
.branches{display:grid;gap:.6rem;min-width:0}
.branch{display:grid;grid-template-columns:7.5rem minmax(0,1fr);align-items:center}
.box{background:var(--page);border:1.5px solid var(--line);border-radius:10px;padding:.6rem .8rem;min-width:0}
.box h3{font-size:.975rem;line-height:1.3}
.box p{font-size:.8125rem;color:var(--muted);line-height:1.4}
.box.topic{border-color:var(--accent)}.box.good{border-color:var(--good)}
.box.quiet{border-style:dashed}.box.quiet h3{color:var(--muted);font-weight:500}
.spark{display:block;width:100%;height:24px;margin-top:.35rem}
.spark polyline{fill:none;stroke:var(--accent);stroke-width:1.5;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.arrow{display:grid;justify-items:center;text-align:center;padding:0 .5rem;min-width:0;--flow:var(--line)}
.arrow .line{position:relative;display:block;width:100%;height:3px;margin:.3rem 0 .25rem;border-radius:2px;background-color:var(--flow)}
.arrow .line::after{content:"";position:absolute;right:-2px;top:-4px;border:5.5px solid transparent;border-left:8px solid var(--flow);border-right:0}
.arrow.s0 .rate b{font-weight:500;color:var(--muted)}
.arrow:not(.s0){--flow:var(--accent)}
.arrow:not(.s0) .line{background:repeating-linear-gradient(90deg,var(--accent) 0 9px,color-mix(in srgb,var(--accent) 25%,transparent) 9px 18px);background-size:18px 100%}
.rate{font-size:.875rem;line-height:1.25;order:-1}
.rate small{color:var(--muted);font-size:.75rem}.rate .bytes{display:block}
@media (prefers-reduced-motion:no-preference){
.arrow.s1 .line{animation:flow 1.6s linear infinite}.arrow.s2 .line{animation:flow .8s linear infinite}.arrow.s3 .line{animation:flow .35s linear infinite}
}
@keyframes flow{from{background-position-x:0}to{background-position-x:18px}}
.lags{grid-template-columns:repeat(auto-fill,minmax(min(22rem,100%),1fr))}
.lag{padding:.9rem 1rem}
.lag h3{font-size:1rem}.lag h3 small{font:400 .8125rem var(--text);color:var(--muted)}
.lag table{margin-top:.5rem;font-size:.875rem}
.lag th{white-space:nowrap}
.lag th,.lag td{padding:.3rem .5rem .3rem 0;vertical-align:middle}
.lag th:last-child,.lag td:last-child{padding-right:0}
.bar-cell{width:45%}
.lag td.wait{width:5rem}
.meter{display:block;height:.5rem;border-radius:.25rem;background:var(--line);overflow:hidden}
.meter span{display:block;height:100%;background:var(--accent);border-radius:.25rem;transition:width .5s}
.meter.high span{background:var(--bad)}
.services{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(16.5rem,100%),1fr));gap:.75rem}
.service{padding:.9rem 1rem;border-left:4px solid var(--line);min-width:0}
.service.good{border-left-color:var(--good)}.service.bad{border-left-color:var(--bad)}.service.notice{border-left-color:var(--notice)}
.service.good .dot,.faults .good .dot{background:var(--good)}.service.bad .dot,.faults .bad .dot{background:var(--bad)}.service.notice .dot{background:var(--notice)}
.service h3{font-size:1rem}.service.quiet h3{color:var(--muted)}
.service.bad .state{color:var(--bad)}
.state{display:flex;align-items:center;gap:.45rem;font-size:.875rem;color:var(--muted)}
.service dl{margin:.5rem 0 0;font-size:.875rem}
.service dl div,.full p{display:flex;justify-content:space-between;gap:.75rem;line-height:1.5}
.service dt{color:var(--muted)}.service dd{margin:0;font-weight:600;text-align:right}
.full{margin-top:.4rem}.full p{font-size:.8125rem;color:var(--muted)}
.faults{margin:0;padding:.4rem 1rem;list-style:none}
.faults li{display:flex;gap:.7rem;align-items:baseline;padding:.45rem 0;font-size:.9375rem}
.faults li+li{border-top:1px solid var(--line)}
.faults time{color:var(--muted);font-size:.875rem}
.faults .dot{align-self:center}
.faults .bad{color:var(--bad)}
@media (max-width:56rem){
.lane,.branch{grid-template-columns:minmax(0,1fr)}
.arrow{grid-template-columns:auto minmax(0,1fr);justify-items:start;text-align:left;align-items:center;gap:.75rem;padding:0 0 0 1.4rem;min-height:3.2rem}
.arrow .line{width:3px;height:2.4rem;margin:.3rem 0 .6rem}
.arrow .line::after{right:-4px;top:auto;bottom:-6px;border:5.5px solid transparent;border-top:8px solid var(--flow);border-bottom:0}
.arrow:not(.s0) .line{background:repeating-linear-gradient(180deg,var(--accent) 0 9px,color-mix(in srgb,var(--accent) 25%,transparent) 9px 18px);background-size:100% 18px}
.rate{order:0}.rate .bytes{display:inline;margin-left:.5rem}
.branches{gap:.2rem}
}
@media (max-width:56rem) and (prefers-reduced-motion:no-preference){.arrow:not(.s0) .line{animation-name:flow-down}}
@keyframes flow-down{from{background-position-y:0}to{background-position-y:18px}}
.alone{grid-column:3/-1;padding-left:1.2rem;color:var(--muted);font-size:.875rem}
@media (max-width:56rem){.alone{grid-column:auto;padding:.4rem 0 0 .2rem}}
.themes{flex:none}
@media (max-width:30rem){
.brand{font-size:1rem}
.bar-inner{gap:.6rem;flex-wrap:wrap;padding-top:.45rem;padding-bottom:.45rem;min-height:0}
.live[data-state=on] #live-text{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.live[data-state=off]{order:3;flex-basis:100%}
.themes span{padding:.15rem .4rem;font-size:.75rem}
}
`;
