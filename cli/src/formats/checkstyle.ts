import type { Severity } from '../../../server/src/core/finding';
import { byFile, type Format } from '../report';
import { attribute, XML_HEADER } from './xml';

const SEVERITY: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'info',
  hint: 'info',
};

/** Checkstyle XML, which many CI servers read. */
export const checkstyle: Format = (report) => {
  const files = [...byFile(report.findings)].map(([path, findings]) => {
    const errors = findings.map(
      ({ region, severity, message, rule }) =>
        `    <error${attribute('line', region.startLine)}${attribute('column', region.startColumn)}${attribute('severity', SEVERITY[severity])}${attribute('message', message)}${attribute('source', `immutable-infra.${rule}`)}/>\n`,
    );
    return `  <file${attribute('name', report.root.shown(path))}>\n${errors.join('')}  </file>\n`;
  });
  return `${XML_HEADER}<checkstyle version="4.3">\n${files.join('')}</checkstyle>\n`;
};
