import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assistantLine, attachmentLine, promptLine, systemLine, toolResultLine } from '../../test/entries.ts';
import { isPromptLine, isSilentLine, isToolResultLine, replyIdOf, SNIFF_BYTES } from './sniff.ts';

const silent = (line: string): boolean => isSilentLine(Buffer.from(line));

describe('isSilentLine', () => {
  it.each([
    ['an attachment, whose type stands after its bulk', attachmentLine(10)],
    ['an attachment that is longer than what is looked at', attachmentLine(SNIFF_BYTES * 3)],
    ['an api request', '{"type":"api-request","sessionId":"s","params":{"model":"m"}}'],
    ['an api request blob', '{"type":"api-request-blob","message":{"role":"user","content":"hi"}}'],
    ['a file history of any kind', '{"type":"file-history-anything","messageId":"m"}'],
    ['a mode', '{"type":"mode","mode":"normal"}'],
    ['an entry with blanks between its parts', '  { "sessionId" : "s" , "n" : 1 , "type" : "tools-used" }'],
  ])('knows %s', (_name, line) => {
    expect(silent(line)).toBe(true);
  });

  it.each([
    ['a prompt', promptLine()],
    ['a prompt that quotes an attachment', promptLine('{"type":"attachment","attachment":{"type":"x"}}')],
    ['a prompt that is made of escapes', promptLine('\\","type":"attachment","x":"')],
    ['a reply', assistantLine({ type: 'text', text: '"type":"attachment"' })],
    ['a tool result', toolResultLine('toolu_1')],
    ['the end of a turn', systemLine('turn_duration')],
    ['state that the board shows', '{"type":"permission-mode","permissionMode":"plan"}'],
    ['a type that nothing is known of', '{"type":"attachments"}'],
    ['a text named attachment', '{"attachment":"x","type":"user"}'],
    ['a silent type inside of another entry', '{"parentUuid":null,"data":{"type":"attachment"},"type":"user"}'],
    ['a torn line', '{"parentUuid":null,"type":"attach'],
    ['no object', '[{"type":"attachment"}]'],
    ['nothing', ''],
  ])('leaves %s to the parser', (_name, line) => {
    expect(silent(line)).toBe(false);
  });

  it('never takes an entry with a message for silent, whatever its other fields say', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.json(), (text, json) => {
        expect(silent(promptLine(text))).toBe(false);
        expect(silent(promptLine(json))).toBe(false);
        expect(silent(JSON.stringify({ note: text, type: 'user', message: { content: json } }))).toBe(false);
      }),
    );
  });

  it('never throws', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(bytes, (line) => {
        isSilentLine(Buffer.from(line));
        isToolResultLine(Buffer.from(line));
        isPromptLine(Buffer.from(line));
      }),
    );
  });
});

describe('isPromptLine', () => {
  const prompt = (line: string): boolean => isPromptLine(Buffer.from(line));

  it('knows a prompt', () => {
    expect(prompt(promptLine('go on'))).toBe(true);
  });

  it.each([
    ['a prompt that the client made', promptLine('<task-notification>done</task-notification>')],
    ['a reply', assistantLine({ type: 'text', text: 'hi' })],
    ['a tool result', toolResultLine('toolu_1')],
    ['a recorded request', '{"type":"api-request-blob","message":{"role":"user","content":"hi"}}'],
    ['a line that ends too early', '{"type":"user","message":{"role":"us'],
  ])('leaves %s', (_name, line) => {
    expect(prompt(line)).toBe(false);
  });
});

describe('isToolResultLine', () => {
  const holdsResults = (line: string): boolean => isToolResultLine(Buffer.from(line));

  it('knows results of tools by where they stand', () => {
    expect(holdsResults(toolResultLine('toolu_1'))).toBe(true);
    expect(holdsResults('{"type":"user","message":{"role":"user","content":[{"type":"tool_result","x":1}]}}')).toBe(
      true,
    );
  });

  it('leaves prompts and replies to the parser', () => {
    expect(holdsResults(promptLine('{"role":"user","content":[{"tool_use_id":"x"'))).toBe(false);
    expect(holdsResults(promptLine([{ type: 'text', text: 'tool_result' }]))).toBe(false);
    expect(holdsResults(assistantLine({ type: 'tool_use', id: 'a', name: 'Bash', input: {} }))).toBe(false);
  });
});

describe('replyIdOf', () => {
  const idOf = (line: string): string | undefined => replyIdOf(Buffer.from(line));
  const message = '"id":"msg_1","type":"message","role":"assistant"';

  it('names the message of a reply, whichever of its fields stands first', () => {
    expect(idOf(`{"parentUuid":"p","isSidechain":false,"message":{${message},"content":[]}}`)).toBe('msg_1');
    expect(idOf(`{"type":"assistant","message":{"model":"m",${message},"content":[]}}`)).toBe('msg_1');
    expect(idOf(assistantLine({ type: 'text', text: 'Hi' }))).toBe(
      JSON.parse(assistantLine({ type: 'text', text: 'Hi' })).message.id,
    );
  });

  it.each([
    ['a prompt that quotes one', promptLine(`{${message}`)],
    ['a result that holds one', `{"toolUseResult":{"message":{${message}}},"message":{"role":"user","content":[]}}`],
    ['a message of a user that has an id', '{"message":{"id":"msg_1","type":"message","role":"user"}}'],
    ['an id that is escaped', '{"message":{"id":"msg_\\u0031","type":"message","role":"assistant"}}'],
    ['a torn line', '{"message":{"id":"msg_1","type":"mess'],
  ])('leaves %s to the parser', (_name, line) => {
    expect(idOf(line)).toBeUndefined();
  });
});
