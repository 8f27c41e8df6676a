// API URL MODEL PROMPT: prints what the model says in the end. `plain` prompts are asked whole, with a tool on offer the answer is streamed.
import { readFileSync } from 'node:fs';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';

const [api, url, name, does, prompt] = process.argv.slice(2);
const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey: 'of-the-client' });
const anthropic = createAnthropic({ baseURL: `${url}/v1`, apiKey: 'of-the-client' });
const model = { chat: openai.chat, responses: openai.responses, messages: anthropic }[api](name);

if (does === 'plain') {
  const { text } = await generateText({ model, prompt });
  console.log(text);
} else {
  const readNote = tool({
    description: 'Reads the note.',
    inputSchema: z.object({ path: z.string().default('note.txt') }),
    execute: async ({ path }) => readFileSync(path, 'utf8'),
  });
  const result = streamText({ model, prompt, tools: { read_note: readNote }, stopWhen: stepCountIs(3) });
  let said = '';
  for await (const piece of result.textStream) said += piece;
  console.log(said);
}
