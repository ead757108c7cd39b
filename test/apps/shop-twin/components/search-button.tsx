'use client';

import { searchReviews } from '@/lib/actions/search.actions';

export function SearchButton() {
  return <button onClick={async () => console.table((await searchReviews()).data)}>Search</button>;
}
