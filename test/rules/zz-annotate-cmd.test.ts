import { it } from 'vitest';
import { readFileSync, writeFileSync } from 'node:fs';
import { lintWorkspace } from '../support/lint';
import { LineIndex } from '../../server/src/core/text';
import { parseCases } from '../support/cases';
it('annotate', async () => {
  const id = process.env['RULE'] ?? '';
  const rule = (await import('../../server/src/rules/index.gen')).ALL_RULES.find((r: any) => r.meta.id === id) as any;
  const on = { ...rule, meta: { ...rule.meta, recommended: true } };
  for (const path of [`docs/rules/${id}.md`, `test/rules/${id}.md`]) {
    const raw = readFileSync(path, 'utf8');
    const MARK = /^\s*(#|\/\/)!(?:\s+(error|warning|info|hint))?(?:\s+"(.*)")?\s*$/;
    const OLD = /^\s*(?:#|\/\/)\s*(\^+|<)\s*([a-z-]+\/[a-z0-9-]+)(?:\s+(error|warning|info|hint))?(?:\s+"(.*)")?\s*$/;
    // turn old annotations into marks
    const text = raw.split('\n').map((l) => { const m = OLD.exec(l); if (!m || m[2] !== id) return l; return `${l.trimStart().startsWith('//') ? '//' : '#'}!${m[3] ? ' ' + m[3] : ''}${m[4] ? ` "${m[4]}"` : ''}`; }).join('\n');
    const clean = text.split('\n').filter((l) => !MARK.test(l)).join('\n');
    const cases = parseCases(clean, path);
    const out: string[] = [];
    const lines = text.split('\n');
    // walk: per case files in order
    const queue: { file: any; findings: any[]; title: string }[] = [];
    for (const c of cases) {
      const files = Object.fromEntries(c.files.map((f) => [f.path, f.text]));
      const r = lintWorkspace(files, [on]);
      for (const e of r.errors) console.log('ERROR', c.title, String(e.error));
      for (const f of c.files) queue.push({ file: f, title: c.title, findings: r.findings.filter((x) => x.path === f.path && x.rule === id) });
    }
    let q = -1; let inFence = false; let lineNo = -1; let tracked = false; let cur: any; let used = new Set<any>(); let marker='';
    for (const l of lines) {
      const f = /^(\s*)(`{3,}|~{3,})\s*(\S*)(?:\s+(\S+))?(?:\s+(fixed|suggestion(?:=\d+)?))?\s*$/.exec(l);
      if (!inFence && f) { inFence = true; marker=f[2]!; tracked = f[4] !== undefined && f[5] === undefined; if (tracked) { q++; cur = queue[q]; lineNo = -1; used = new Set(); } out.push(l); continue; }
      if (inFence && l.trim() === marker) {
        if (tracked) for (const x of cur.findings) if (!used.has(x)) { const ix = new LineIndex(cur.file.text); const p = ix.position(x.range.start); console.log(`UNEXPECTED ${path} [${cur.title}] ${cur.file.path}:${p.line + 1} ${x.severity} ${x.message}\n    ${ix.line(p.line)}`); }
        inFence = false; out.push(l); continue; }
      const m = MARK.exec(l);
      if (inFence && tracked && m) {
        const ix = new LineIndex(cur.file.text);
        const x = cur.findings.find((y: any) => !used.has(y) && ix.position(y.range.start).line === lineNo);
        if (!x) { console.log(`MISSING ${path} [${cur.title}] ${cur.file.path}:${lineNo + 1} ${ix.line(lineNo)}`); out.push(l); continue; }
        used.add(x);
        if (m[2] && m[2] !== x.severity) console.log(`SEVERITY ${path} [${cur.title}] ${ix.line(lineNo)} is ${x.severity}`);
        if (m[3] && !x.message.includes(m[3])) console.log(`FRAGMENT ${path} [${cur.title}] ${m[3]} not in ${x.message}`);
        const s = ix.position(x.range.start), e = ix.position(x.range.end);
        const end = e.line === s.line ? e.column : ix.line(s.line).length;
        const tail = `${id}${m[2] ? ' ' + m[2] : ''}${m[3] ? ` "${m[3]}"` : ''}`;
        if (s.column === 0) out.push(`${m[1]} < ${tail}`);
        else if (s.column < m[1]!.length) { console.log('COLUMN', l, ix.line(lineNo)); out.push(l); }
        else out.push(m[1] + ' '.repeat(s.column - m[1]!.length) + '^'.repeat(end - s.column) + ' ' + tail);
        console.log(`ok   ${ix.line(lineNo).slice(s.column, end)}   => ${x.severity}: ${x.message.slice(0, 90)} [${x.fixes.map((z: any) => z.level)}]`);
        continue;
      }
      if (inFence && tracked) lineNo++;
      out.push(l);
    }
    writeFileSync(path, out.join('\n'));
  }
});
