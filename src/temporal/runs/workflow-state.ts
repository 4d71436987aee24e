import { WorkflowNotFoundError, type Client } from '@temporalio/client';

/** State of the workflow with an id in Temporal; nulls if there is none. */
export async function describeWorkflow(
  client: Client,
  workflowId: string,
): Promise<{ status: string | null; sessionId: string | null }> {
  try {
    const { status, memo } = await client.workflow.getHandle(workflowId).describe();
    const sessionId = memo?.['sessionId'];
    return { status: status.name, sessionId: typeof sessionId === 'string' ? sessionId : null };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { status: null, sessionId: null };
    throw error;
  }
}
