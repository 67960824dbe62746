import { searchRecipes } from '../../../lib/search';

/** `GET /api/search?q=text`: the recipes nearest to the text. */
export async function GET(request: Request): Promise<Response> {
  const text = new URL(request.url).searchParams.get('q')?.trim();
  if (!text) return Response.json({ error: 'Give the text to search for as ?q=text' }, { status: 400 });
  return Response.json(await searchRecipes(text));
}
