/** What follows a search in the same run. */
import { z } from 'zod';

export const FOLLOW_UPS = ['retrain', 'export'] as const;
export type FollowUpStep = (typeof FOLLOW_UPS)[number];
/** What follows the search in the same run. */
export const followUpSchema = z.strictObject({
  steps: z.array(z.enum(FOLLOW_UPS)).min(1),
  /** `KEY`, `VALUE`, … of the retraining. */
  keys: z.array(z.string()),
});
export type FollowUp = z.infer<typeof followUpSchema>;
