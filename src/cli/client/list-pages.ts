import { type Command } from 'commander';
import type { z } from 'zod';
import type { CliContext } from '../context';
import { wholeNumber } from '../input/option-values';
import { CliError, EXIT_CODES } from './errors';

/** Rows a request may ask for. */
const MAX_PER_PAGE = 200;
const USUAL_ROWS = 20;
/** The same page so many times more is no accident: the list has no end. */
const MAX_REPEATED_PAGES = 2;
const ENDLESS = 'The list does not end: the same page comes again and again, with the promise of more.';

export interface PagingOptions {
  limit: number;
  cursor?: string;
  all?: true;
}

interface AnyPage {
  nextCursor: string | null;
  hasMore: boolean;
}

/** Options of every command that lists something page by page. */
export function addPagingOptions(command: Command): Command {
  return command
    .option('--limit <number>', 'rows at the most', wholeNumber, USUAL_ROWS)
    .option('--cursor <cursor>', 'where to continue')
    .option('--all', 'every row, page by page');
}

/**
 * Reads one page of a list, or all of them, and shows the rows; on stderr it says how to continue. When a later page
 * fails, the rows before it are shown all the same.
 * @throws whatever failed, once the rows before it are shown; CliError if the same page comes again and again
 */
export async function listPages<Page extends AnyPage, Item>(
  { api, note }: CliContext,
  path: string,
  schema: z.ZodType<Page>,
  { all, limit, cursor: start, ...query }: PagingOptions & Record<string, string | number | boolean | undefined>,
  itemsOf: (page: Page) => readonly Item[],
  showItems: (items: Item[]) => void,
): Promise<void> {
  const items: Item[] = [];
  let before: string | undefined;
  let repeated = 0;
  let cursor = start;
  try {
    for (;;) {
      const page = await api.get(path, { schema, query: { ...query, limit: all ? MAX_PER_PAGE : limit, cursor } });
      const found = itemsOf(page);
      items.push(...found);
      if (!page.hasMore || page.nextCursor === null) break;
      const content = JSON.stringify(found);
      repeated = content === before ? repeated + 1 : 0;
      if (repeated === MAX_REPEATED_PAGES) throw new CliError(EXIT_CODES.failed, ENDLESS);
      before = content;
      cursor = page.nextCursor;
      if (all) continue;
      note(`more: --cursor ${cursor}`);
      break;
    }
  } catch (error) {
    if (items.length > 0) {
      showItems(items);
      note(`more: --all --cursor ${cursor}`);
    }
    throw error;
  }
  showItems(items);
}
