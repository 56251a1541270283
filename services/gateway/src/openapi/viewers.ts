import {
  inviteAnswerSchema,
  inviteRequestSchema,
  invitesSchema,
  joinedMachinesSchema,
  signInRequestSchema,
  viewerAnswerSchema,
} from '@crewboard/contract';
import { type Area, inPath, json, jsonBody, misdirected, refused, signedOut } from './parts.ts';

const nothing = (description: string) => ({ description });
const redirect = (description: string) => ({ description, headers: { location: { schema: { type: 'string' } } } });

/** What every route behind the door may answer on a board with sign-in. */
const refusedViewer = {
  ...signedOut,
  403: json('The role may not do that; or a page of another origin', 'Problem'),
  ...misdirected,
};
const away = { 503: json('The store can not be reached now; see Retry-After', 'Problem') };

/** The two addresses of a sign-in at somebody else's, alike for all of them. */
const provider = (id: string, name: string) => ({
  [`/api/sign-in/${id}`]: {
    get: {
      operationId: `signInBy${name}`,
      summary: 'Sends the browser there to sign in',
      security: [],
      parameters: [{ name: 'page', in: 'query', required: false, schema: { type: 'string' } }],
      responses: {
        302: redirect('To the provider; where that can not be reached, to `/?sign-in=failed`'),
        404: json('This board has no such sign-in', 'Problem'),
        ...misdirected,
      },
    },
  },
  [`/api/sign-in/${id}/callback`]: {
    get: {
      operationId: `comeBackFrom${name}`,
      summary: 'Takes the browser back from there',
      security: [],
      responses: {
        302: redirect('To the page that was asked for, with a cookie; or to `/?sign-in=` and a SignInProblem'),
        404: json('This board has no such sign-in', 'Problem'),
        ...misdirected,
      },
    },
  },
});

/** Who people are to the board, and what its members and admins do there. */
export const viewersArea: Area = {
  schemas: {
    ViewerAnswer: viewerAnswerSchema,
    SignInRequest: signInRequestSchema,
    Invites: invitesSchema,
    InviteRequest: inviteRequestSchema,
    InviteAnswer: inviteAnswerSchema,
    JoinedMachines: joinedMachinesSchema,
  },
  paths: {
    '/api/viewer': {
      get: {
        operationId: 'getViewer',
        summary: 'Who looks, and how one signs in here',
        security: [],
        responses: { 200: json('Also for who is not signed in', 'ViewerAnswer'), ...misdirected, ...away },
      },
    },
    '/api/sign-in': {
      post: {
        operationId: 'signIn',
        summary: "Signs in with one of the board's passwords",
        security: [],
        requestBody: jsonBody('SignInRequest'),
        responses: {
          204: nothing('Signed in; the cookie is in the answer'),
          400: json('The body is no sign-in', 'Problem'),
          401: json('That is no password of this board', 'Problem'),
          ...refused,
          404: json('This board has no passwords', 'Problem'),
          413: json('The body is too large', 'Problem'),
          415: json('The body is not JSON', 'Problem'),
          429: json('Too many tries; see Retry-After', 'Problem'),
          ...away,
        },
      },
    },
    '/api/sign-out': {
      post: {
        operationId: 'signOut',
        summary: 'Ends the sign-in of the cookie; its feeds are closed with 4401 within 5 s',
        responses: {
          204: nothing('Signed out'),
          404: json('Nobody signs in on this board', 'Problem'),
          ...refusedViewer,
          ...away,
        },
      },
    },
    ...provider('github', 'GitHub'),
    ...provider('oidc', 'OpenIdConnect'),
    '/api/admin/invites': {
      get: {
        operationId: 'getInvites',
        summary: 'Codes that no machine used yet: all for admins, their own for members',
        responses: { 200: json('The invitations now, without their codes', 'Invites'), ...refusedViewer, ...away },
      },
      post: {
        operationId: 'inviteMachine',
        summary: 'A line to paste on a machine that is to join',
        description: 'It is told this one time. A member invites machines of their own, whatever `owner` says.',
        requestBody: jsonBody('InviteRequest'),
        responses: {
          201: json('Good for one machine', 'InviteAnswer'),
          400: json('The owner is no name', 'Problem'),
          ...refusedViewer,
          413: json('The body is too large', 'Problem'),
          415: json('The body is not JSON', 'Problem'),
          429: json('Too many requests; see Retry-After', 'Problem'),
          ...away,
        },
      },
    },
    '/api/admin/invites/{id}': {
      delete: {
        operationId: 'cancelInvite',
        summary: 'Takes an invitation back',
        parameters: [inPath('id')],
        responses: {
          204: nothing('Its code is not good any more'),
          ...refusedViewer,
          404: json('It was used, has expired, or is not theirs', 'Problem'),
          ...away,
        },
      },
    },
    '/api/admin/machines': {
      get: {
        operationId: 'getJoinedMachines',
        summary: 'Every machine that joined, those that were revoked too; for admins',
        responses: { 200: json('The machines now', 'JoinedMachines'), ...refusedViewer, ...away },
      },
    },
    '/api/admin/machines/{machineId}': {
      delete: {
        operationId: 'revokeMachine',
        summary: "Ends a machine's token, and takes its report away; for admins. A repeat does no harm",
        parameters: [inPath('machineId')],
        responses: {
          204: nothing('What it sends is refused from now on'),
          ...refusedViewer,
          404: json('No such machine', 'Problem'),
          ...away,
        },
      },
    },
  },
};
