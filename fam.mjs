import { readFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRun, queryBenchmark } from 'rminas';
import { planSearch } from './dist/config/index.js';
import { createObjective } from './dist/objectives/index.js';
import { modelAnswer } from './dist/strategies/answers/model-answer.js';
import { rankTargets } from './dist/strategies/answers/target.js';
import { rankedOf } from './dist/strategies/answer.js';
const G9930 = '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|';
const acc = new Map();
async function accuracy(gs){ const need=[...new Set(gs)].filter(g=>!acc.has(g)); for (const g of need){ const a=await queryBenchmark({benchmark:'nas-bench-201', genotype:g}); acc.set(g,a);} }
const byName={};
for (const folder of process.argv.slice(2)) for (const name of readdirSync(folder)) {
  const d=join(folder,name); if(!existsSync(join(d,'result.json'))) continue;
  const run=readRun(d); const plan=planSearch(await run.configuration()); const {space}=plan.definitions.space; const parts=plan.settings.parts;
  const hist=[];
  // distinct observed in order from result history
  const obs = run.observations ?? null;
  const rec=new Map(run.evaluations.map(({genotype,outcome})=>[genotype,outcome]));
  const { searchSpace } = await import('./dist/search/controller.js'); const { createStrategy } = await import('./dist/strategies/index.js');
  const strategy=createStrategy(plan.definitions.strategy,{space,surrogate:()=>Promise.reject(1),settings:plan.settings});
  const evaluator={capacity:1,evaluate:async({genotype})=>{ const o=rec.get(genotype); if(!o) throw new Error('missing '+genotype); return o; }};
  const objective=createObjective(plan.settings.objective,{reference:plan.settings.warmup});
  try { for await (const e of searchSpace({space,strategy,objective,evaluator,seed:run.header.seed??plan.settings.seed,proposals:plan.settings.proposals})) if(e.type==='observed') hist.push({phase:e.phase,encoding:space.parse(e.genotype),genotype:e.genotype,loss:e.loss,proxyValues:e.proxyValues,curve:[],stopped:false}); } catch(err) { console.log(name,'ended by',String(err.message).slice(0,60)); }
  const ranked=rankedOf(hist);
  const t=rankTargets(hist,parts); const order=[...t.keys()].sort((a,b)=>t[a]-t[b]);
  const i9930=hist.findIndex(h=>h.genotype===G9930); 
  const place=i9930<0?null:order.indexOf(i9930)+1;
  const out={};
  for (const [kind,ridge] of [['additive',1],['additive',3],['pairwise',1],['pairwise',3],['pairwise',10]]) out[kind+ridge]=space.print(modelAnswer(space,hist,{kind,ridge,parts,ranked}).encoding);
  // additive on the better half
  const half=order.slice(0,Math.ceil(hist.length/2)).map(i=>hist[i]); out.half=space.print(modelAnswer(space,half,{kind:'additive',ridge:1,parts,ranked}).encoding);
  const third=order.slice(0,Math.ceil(hist.length/3)).map(i=>hist[i]); out.third=space.print(modelAnswer(space,third,{kind:'additive',ridge:1,parts,ranked}).encoding);
  out.top=hist[order[0]].genotype;
  const table=JSON.parse(readFileSync('/tmp/nb201.json','utf8'));
  const row=Object.entries(out).map(([k,g])=>`${k} ${table[g]?.toFixed(2)}`).join('  ');
  console.log(name.slice(-4),'n',hist.length,'9930@',i9930,'place',place,row);
  for (const [k,g] of Object.entries(out)) (byName[k]??=[]).push(table[g]);
}
for (const [k,v] of Object.entries(byName)) console.log(k.padEnd(12),'mean',(v.reduce((a,b)=>a+b,0)/v.length).toFixed(3),'worst',Math.min(...v).toFixed(2),'below 94.2:',v.filter(x=>x<94.2).length,'/',v.length);
