// Every suite, in the order in which they run: the crash comes last.
import './activation.test';
import './diagnostics.test';
import './fixes.test';
import './settings.test';
import './review.test';
import './git-review.test';
import './views.test';
import './registry.test';
import './commands.test';
import './tools.test';
import './task.test';
import './crash.test';
