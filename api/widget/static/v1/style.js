/**
 * The widget's look. A host page may set --oa-accent, --oa-on-accent, --oa-background, --oa-surface, --oa-text,
 * --oa-font, --oa-size, --oa-layer. Default contrasts: 4.5:1 at least for text, 3:1 for the edges of controls.
 */
const css = `
:host{--a:var(--oa-accent,#0b5a63);--on:var(--oa-on-accent,#fff);--bg:var(--oa-background,#f4f6f4);--sf:var(--oa-surface,#fff);--tx:var(--oa-text,#1b2529);
--mut:#53636a;--line:#d9dfdd;--edge:#748389;--soft:#e3eff0;--ok:#1d6b36;--ask:#8a4d00;--no:#b3261e;--adv:#fdf3e1;
display:block;color-scheme:light;color:var(--tx);font:400 var(--oa-size,max(1rem,16px))/1.5 var(--oa-font,system-ui,sans-serif)}
@media (prefers-color-scheme:dark){:host(:not([theme=clair])){color-scheme:dark;--a:var(--oa-accent,#86d3d6);--on:var(--oa-on-accent,#0b2326);--bg:var(--oa-background,#12181b);--sf:var(--oa-surface,#1b2327);--tx:var(--oa-text,#e8eeee);
--mut:#a5b4b8;--line:#334045;--edge:#81929a;--soft:#17373c;--ok:#7fd19a;--ask:#f0b763;--no:#ff9d93;--adv:#33291a;--me:var(--soft);--onme:var(--tx)}}
*{box-sizing:border-box}
[hidden]{display:none!important}
h2,h3,p,ul,dl,dd,fieldset,legend{margin:0;padding:0;border:0}
h2,h3{font-size:1em;line-height:1.3}
p,li,dd,h3{overflow-wrap:anywhere}
a{color:var(--a);text-underline-offset:.15em}
svg{width:1.25em;height:1.25em;flex:none;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
button,summary{font:inherit;cursor:pointer;min-height:2.4em;border-radius:8px;display:inline-flex;align-items:center;gap:.4em;padding:.3em .8em;border:1px solid transparent;background:none;color:inherit}
:focus-visible{outline:3px solid var(--a);outline-offset:1px}
.log:focus-visible{outline-offset:-3px}
.main,.launcher{background:var(--a);color:var(--on);font-weight:600}
.soft{border-color:var(--a);color:var(--a);background:var(--sf);text-align:left}
button:not(.main,.launcher):hover,.head summary:hover,.head a:hover{background:var(--soft);color:var(--tx)}
[aria-disabled]{cursor:default;background:none!important;color:var(--mut)!important;border-color:var(--line)}
.chosen{border-color:var(--a)}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.launcher{position:fixed;right:1em;bottom:1em;z-index:var(--oa-layer,1000);padding:.6em 1em;border-radius:2em;box-shadow:0 4px 16px #0004}
.panel{display:flex;flex-direction:column;height:100%;background:var(--bg);color:inherit}
dialog{position:fixed;inset:auto 1em 5em auto;margin:0;padding:0;width:27em;height:44em;max-width:calc(100vw - 2em);max-height:calc(100dvh - 6.5em);z-index:var(--oa-layer,1000);border:1px solid var(--line);border-radius:12px;overflow:hidden;box-shadow:0 4px 16px #0004}
.large{width:60em;height:100em}
dialog:not([open]){display:none}
:host([mode=page]){height:100%}
.head,.foot{background:var(--sf);padding:.6em 1em;border:solid var(--line);border-width:0 0 1px}
.foot{border-width:1px 0 0}
.bar{display:flex;align-items:center;gap:.3em .6em}
.bar>:first-child{flex:1;min-width:0}
.wrap{flex-wrap:wrap}
.wrap>p{flex-basis:13em!important;font-size:.875em;line-height:1.4;color:var(--mut)}
.head summary,.head .bar:first-child>button{padding:.3em;font-size:.875em}
details{position:relative}
.head summary{list-style:none}
.head ul{position:absolute;right:0;z-index:2;width:max-content;max-width:min(20em,80vw);padding:.3em;list-style:none;background:var(--sf);border:1px solid var(--edge);border-radius:8px;box-shadow:0 4px 16px #0004}
.head li>*{display:flex;width:100%;align-items:center;min-height:2.4em;padding:.3em .6em;border-radius:8px;color:inherit;font-size:.875em;text-decoration:none}
.log{flex:1;min-height:0;overflow-y:auto;overscroll-behavior:contain;position:relative;padding:1em;display:flex;flex-direction:column;gap:1em}
.msg{display:flex;flex-direction:column;gap:.6em;align-items:flex-start;max-width:100%}
.msg>*{max-width:100%}
.msg ul:not([role]){padding-left:1.2em}
.who{display:flex;align-items:center;gap:.4em;font-size:.875em;font-weight:600;color:var(--mut)}
.elu{align-self:flex-end;align-items:flex-end;max-width:88%}
.elu>div{background:var(--me,var(--a));color:var(--onme,var(--on));padding:.6em 1em;border-radius:12px 12px 3px}
.elu a{color:inherit}
.pending>div{opacity:.85;outline:1px dashed var(--edge);outline-offset:2px}
.conseiller,.note{background:var(--sf);border:1px solid var(--edge);border-radius:12px;padding:.6em 1em}
.conseiller{background:var(--adv)}
.when{font-weight:400}
.hint,.meta,.tag{font-size:.875em;color:var(--mut)}
.card .tag{color:var(--a)}
.msg [role=list]{list-style:none;display:grid;gap:.6em;width:100%}
.cards{grid-template-columns:repeat(auto-fit,minmax(min(100%,17em),1fr))}
.card{width:100%;background:var(--sf);border:1px solid var(--line);border-radius:12px;padding:.6em 1em;display:flex;flex-direction:column;gap:.6em}
.meta{margin-top:auto;display:flex;flex-wrap:wrap;justify-content:space-between;gap:.3em .6em}
.why{border-left:3px solid;padding-left:.6em;color:var(--mut);font-size:.875em}
.orientation,.ticket,.conseiller{border-left:4px solid var(--a);border-radius:3px 12px 12px 3px}
.conseiller{border-left-color:var(--ask)}
.card [role=list] li{display:flex;gap:.6em}
.card [role=list] svg{padding:.15em;border-radius:50%;border:1px solid;margin-top:.15em}
li b,li svg{color:var(--ok)}
.inconnu :is(b,svg){color:var(--ask)}
.non_rempli :is(b,svg){color:var(--no)}
.next{background:var(--soft);border-radius:8px;padding:.6em 1em}
.msg summary{display:list-item;list-style-position:inside;color:var(--a);text-decoration:underline;padding:.3em 0}
dt,.error,label,.meta a,.tag{font-weight:600}
.ticket dl{display:flex;flex-wrap:wrap;gap:.6em 2em}
.choices,.feedback{display:flex;flex-wrap:wrap;align-items:center;gap:.6em}
.feedback,.status,.foot label{font-size:.875em}
.feedback button,.status button{min-height:2em;padding:0 .6em}
input,textarea{font:inherit;color:inherit;background:var(--sf);border:1px solid var(--edge);border-radius:8px;padding:.5em .7em;width:100%}
textarea{field-sizing:content;resize:none;display:block;margin:.2em 0;min-height:3.4em;max-height:9em}
[aria-invalid=true]{border-color:var(--no);box-shadow:inset 0 0 0 1px var(--no)}
.error{color:var(--no)}
.busy::after{content:"";display:inline-block;width:.5em;height:.5em;margin-left:.5em;border-radius:50%;background:var(--a)}
@media (prefers-reduced-motion:no-preference){.busy::after{animation:p 1s infinite alternate}@keyframes p{from{opacity:.2}}}
@media (max-width:40em){#hint{display:none}dialog{inset:0;width:100%!important;height:100dvh!important;max-width:none;max-height:none;border:0;border-radius:0}}
@media (max-height:34em){.panel{display:block;overflow-y:auto}dialog:not([open]){display:none}.log{overflow:visible}}
@media print{.foot,button,.feedback,.head details{display:none!important}.panel,.log{position:static;display:block;width:auto!important;height:auto!important;max-width:none;max-height:none;overflow:visible}.elu>div{background:none;color:inherit;border:1px solid}.card,.msg{break-inside:avoid;margin-bottom:1em}}
`;

export const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
