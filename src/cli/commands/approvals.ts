import { Command } from 'commander';
import { ApprovalAnswer, ApprovalPage, type Approval } from '../../api/approvals/schemas';
import { API_PREFIX, approvalPath } from '../../api/paths';
import { addPagingOptions, listPages, type PagingOptions } from '../client/list-pages';
import { show, type CliContext } from '../context';
import { approvalDetails, approvalTable } from '../output/approvals-text';

interface ListOptions extends PagingOptions {
  module?: string;
  state?: string;
  connection?: string;
}

const DECISIONS = {
  approve: 'remove the shown records that Zoho still does not know when it is asked once more',
  reject: 'keep the records in the mirror',
} as const;

/** `pulse approvals …`: removals that a person decides about. */
export function approvalsCommand(context: CliContext): Command {
  const approvals = new Command('approvals').description('decide about removals that are much of a module');
  addPagingOptions(approvals.command('list'))
    .description('list them, the latest first')
    .option('--module <name>', 'only of this module')
    .option('--state <states>', 'only in these, separated by commas')
    .option('--connection <name>', 'only of this Zoho org (default: all)')
    .action(async (options: ListOptions) => {
      const showRows = (rows: Approval[]) => show(context, rows, approvalTable);
      const path = `${API_PREFIX}/approvals`;
      await listPages(context, path, ApprovalPage, { ...options }, (page) => page.approvals, showRows);
    });
  approvals
    .command('show')
    .description('show one, and how to decide')
    .argument('<id>')
    .action(async (id: string) => {
      const { approval } = await context.api.get(approvalPath(id), { schema: ApprovalAnswer });
      show(context, approval, approvalDetails);
    });
  for (const [name, description] of Object.entries(DECISIONS)) {
    approvals
      .command(name)
      .description(description)
      .argument('<id>')
      .requiredOption('--shown <hash>', 'the hash that `show` printed: stands for the very records you have seen')
      .option('--reason <text>', 'why')
      .action(async (id: string, { shown, reason }: { shown: string; reason?: string }) => {
        const { approval } = await context.api.post(`${approvalPath(id)}/${name}`, {
          schema: ApprovalAnswer,
          body: { shownHash: shown, reason },
        });
        show(context, approval, approvalDetails);
      });
  }
  return approvals;
}
