import { type Command } from 'commander';
import type { z } from 'zod';
import type { CliContext } from '../context';
import { wholeNumber } from '../input/option-values';

/** Rows a request may ask for. */
const MAX_PER_PAGE = 200;
const USUAL_ROWS = 20;

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
 * @throws whatever failed, once the rows before it are shown
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
  let cursor = start;
  try {
    for (;;) {
      const page = await api.get(path, { schema, query: { ...query, limit: all ? MAX_PER_PAGE : limit, cursor } });
      items.push(...itemsOf(page));
      if (!page.hasMore || page.nextCursor === null) break;
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
