// Delivery in the editor, with real Packer and Terraform. The order matters: the shop goes from version to version.
import './flow.test';
import './cancels.test';
import './looks.test';
import './retire.test';
import './bad-input.test';
import './documents.test';
