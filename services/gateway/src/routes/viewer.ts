import type { ViewerAnswer } from '@crewboard/contract';
import type { FastifyPluginAsync } from 'fastify';
import type { Person, SignInOptions } from '../sign-in/options.ts';
import type { SignIns } from '../sign-in/sign-ins.ts';
import { boardVersion } from '../version.ts';

export interface ViewerRouteOptions {
  /** Absent where nobody signs in. */
  signIns: SignIns | undefined;
  options: SignInOptions | undefined;
  openTo: Person;
}

/** GET /api/viewer: who looks, and how one signs in here. Open to all: it is what the page asks first. */
export const viewerRoute =
  ({ signIns, options, openTo }: ViewerRouteOptions): FastifyPluginAsync =>
  async (app) => {
    const signIn: ViewerAnswer['signIn'] = {
      isRequired: options !== undefined,
      password: options !== undefined && options.passwords.length > 0,
      github: options?.github !== undefined,
      oidc: options?.oidc ? { label: options.oidc.label } : null,
    };
    app.get('/api/viewer', { config: { needs: 'nothing' } }, async (request): Promise<ViewerAnswer> => {
      const viewer = signIns ? await signIns.of(request) : openTo;
      return { viewer: viewer ? { name: viewer.name, role: viewer.role } : null, signIn, boardVersion };
    });
  };
