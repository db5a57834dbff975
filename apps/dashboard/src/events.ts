import type { Kit } from '@matinee/service-kit/lifecycle/service'

export type Events = ReturnType<typeof createEvents>

/** The business events of the pages, one function each: a log line and a counter. The services report their own. */
export function createEvents({ logger, metrics }: Pick<Kit, 'logger' | 'metrics'>) {
  const signedIn = metrics.event('admin_sign_ins', 'Admin sign-ins')
  const signInFailed = metrics.event('admin_sign_in_failures', 'Sign-ins with a wrong admin token')
  const forged = metrics.event('forms_forged', 'Forms refused by the CSRF check')
  return {
    adminSignedIn() {
      signedIn.inc()
      logger.info('admin signed in')
    },
    adminSignInFailed() {
      signInFailed.inc()
      logger.warn('admin sign-in failed')
    },
    formForged(path: string) {
      forged.inc()
      logger.warn('form forged', { path })
    },
  }
}
