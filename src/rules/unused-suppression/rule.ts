import { z } from 'zod';
import { defineRule } from '../rule.ts';

/** Reported by the runner itself, which alone knows what a suppression silenced; declared here for its page and severity. */
export const rule = defineRule({
  meta: {
    id: 'unused-suppression',
    title: 'A suppression comment must silence something.',
    sections: ['S8'],
    severity: 'info',
    fix: 'safe',
    needs: 'file',
    kinds: [],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {},
  },
  check() {},
});
