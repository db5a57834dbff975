import type { Kit } from '@matinee/service-kit/lifecycle/service'

export type Events = ReturnType<typeof createEvents>

/** The events of the pages themselves; what is booked and paid the services tell. */
export function createEvents({ logger, metrics }: Pick<Kit, 'logger' | 'metrics'>) {
  const signedIn = metrics.event('admin_sign_ins', 'Admins signed in')
  const signInFailed = metrics.event('admin_sign_in_failures', 'Wrong admin tokens')
  const forged = metrics.event('forms_forged', 'Forms that did not come from this site')
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
