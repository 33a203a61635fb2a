/** The look of what is loaded at need. */
const css = `
form{display:grid;gap:.9em;width:100%;color:var(--tx)}
.request{border-left:4px solid var(--a);border-radius:3px 12px 12px 3px}
.field{display:grid;gap:.25em;min-width:0;position:relative}
.pair{display:grid;gap:.75em 1em;grid-template-columns:repeat(auto-fit,minmax(min(100%,13em),1fr));margin-top:.4em}
legend{font-weight:600}
form textarea{resize:vertical;max-height:16em}
input{min-height:2.6em}
[type=checkbox],[type=radio]{width:1.4em;height:1.4em;min-height:0;margin:0;flex:none;accent-color:var(--a)}
.check{grid-template-columns:auto 1fr;gap:.25em .7em}
.check input{grid-area:1/1;margin-top:.05em}
.check label,fieldset>label{font-weight:400}
.check .error{grid-column:1/-1}
fieldset>label{display:flex;gap:.5em;align-items:center;min-height:1.9em}
.feedback .soft{justify-self:start}
.next ul,.request ul{padding-left:1.2em}
.state{font-weight:600}
.state:empty{display:none}
.request [role=listbox]{position:absolute;z-index:2;top:calc(100% + .2em);left:0;right:0;max-height:15em;overflow:auto;list-style:none;padding:.3em;background:var(--sf);border:1px solid var(--edge);border-radius:8px;box-shadow:0 8px 24px #0003}
[role=option]{padding:.45em .6em;border-radius:6px;cursor:pointer}
[role=option]:hover,[aria-selected=true]{background:var(--soft)}
[aria-selected=true]{outline:2px solid var(--a);outline-offset:-2px}
`;

export const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
