// The style of the HTML report.
#pragma once

#include <string_view>

namespace rampart::audit {

inline constexpr std::string_view kHtmlStyle = R"css(
:root { color-scheme: light dark; --page:#fff; --text:#1c2024; --soft:#5d666f; --line:#d9dee3; --quiet:#f4f6f8;
  --bad:#b3261e; --warn:#8a5a00; --good:#1b6e3c; --unknown:#6a5acd; --bar:#5b7590; }
@media (prefers-color-scheme: dark) { :root { --page:#15181b; --text:#e3e7ea; --soft:#9aa4ad; --line:#343b42;
  --quiet:#1d2125; --bad:#ff8a80; --warn:#e6b450; --good:#6fd08c; --unknown:#b3a7ff; --bar:#7f9bb5; } }
* { box-sizing: border-box; }
html { background: var(--page); color: var(--text); font: 15px/1.5 system-ui, "Noto Sans", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%; }
body { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; text-wrap: balance; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 2rem 0 .5rem; }
h4 { font-size: 1rem; line-height: 1.4; margin: 0; font-weight: 600; overflow-wrap: anywhere; }
p { margin: .35rem 0; overflow-wrap: anywhere; }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .15em; }
code, pre { font: .86em/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
pre { margin: .35rem 0; padding: .5rem .65rem; background: var(--quiet); border-inline-start: 3px solid var(--line);
  white-space: pre-wrap; overflow-wrap: anywhere; }
.soft, .about, .refs { color: var(--soft); }
.about, .refs { font-size: .87rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th { text-align: start; font-weight: 600; color: var(--soft); font-size: .87rem; }
th, td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.name { overflow-wrap: anywhere; min-width: 9rem; }
td.mark, td.number, span.mark { white-space: nowrap; }
.overview { table-layout: fixed; } .overview td { overflow-wrap: anywhere; white-space: normal; }
.overview th:nth-child(1) { width: 27%; } .overview th:nth-child(2) { width: 3.6rem; }
.overview th:nth-child(3) { width: 17%; } .overview th:nth-child(4) { width: 17%; }
td.number { text-align: end; }
tr.who td { padding-top: .8rem; color: var(--soft); border-bottom: 0; }
.bad { color: var(--bad); } .warn { color: var(--warn); } .good { color: var(--good); } .unknown { color: var(--unknown); }
.grade { font-weight: 700; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 0 2.5rem; }
svg { display: block; width: 100%; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: 0; margin: .5rem 0 0; list-style: none; }
.legend svg { display: inline-block; width: .8em; height: .8em; margin-inline-end: .35em; vertical-align: -.05em; }
.weak td { border: 0; padding-block: .12rem; }
td.decided { min-width: 8rem; overflow-wrap: anywhere; }
.weak td:first-child, .weak td.number { width: 1%; }
.weak td.chart { width: 34%; min-width: 5rem; vertical-align: middle; }
.domain { margin-top: 2.5rem; padding-top: 1.1rem; border-top: 2px solid var(--line); content-visibility: auto;
  contain-intrinsic-size: auto 40rem; }
.group { margin-top: 2.5rem; } .groups th { padding-inline-end: .9rem; }
.head { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: .2rem 1.5rem; }
.sentence { font-weight: 600; }
.finding { display: grid; grid-template-columns: 5.5rem 1fr; padding: .8rem 0; border-bottom: 1px solid var(--line); }
.finding > div { min-width: 0; }
.level { font-weight: 700; }
ul.evidence { margin: .35rem 0; padding: 0; list-style: none; font-size: .93rem; overflow-wrap: anywhere; }
@media (max-width: 40rem) { body { padding: 1rem .85rem 3rem; } .finding { grid-template-columns: 1fr; }
  .spoof, .overview, .spoof tbody, .overview tbody, .spoof tr, .overview tr { display: block; }
  .spoof tr, .overview tr { padding: .35rem 0; border-bottom: 1px solid var(--line); }
  .spoof tr:first-child, .overview tr:first-child { display: none; } .spoof tr.who { border-bottom: 0; padding-bottom: 0; }
  .spoof td, .overview td { display: inline-block; border: 0; padding: 0 1.1rem 0 0; min-width: 0; }
  .spoof td.name, .overview td.name, .spoof td.decided, .spoof tr.who td { display: block; }
  .spoof td:not(.name)::before { color: var(--soft); font-size: .87rem; } .spoof td:nth-child(2)::before { content: "SPF "; }
  .spoof td:nth-child(3)::before { content: "DMARC "; } .spoof td:nth-child(4)::before { content: "policy "; }
  .spoof td:nth-child(5)::before { content: "RFC 9989 "; } .spoof td:nth-child(6)::before { content: "RFC 7489 "; }
  .spoof td.decided::before { content: "decided by "; }
  .overview td.sentence-cell, .overview th.sentence-cell { display: none; } h1 { font-size: 1.35rem; } }
@media print { :root { --page:#fff; --text:#000; --soft:#444; --line:#bbb; --quiet:#f3f3f3; --bad:#a01410; --warn:#7a4f00;
  --good:#14532d; --unknown:#4b3fa0; --bar:#445a70; color-scheme: light; } html { font-size: 10pt; }
  body { max-width: none; padding: 0; } .domain { content-visibility: visible; } .finding, tr, pre { break-inside: avoid; }
  h2, h3, .head, .sentence { break-after: avoid; } .scroll { overflow: visible; } }
)css";

}  // namespace rampart::audit
