export interface Recipe {
  title: string;
  text: string;
}

export const RECIPES: readonly Recipe[] = [
  { title: 'Lentil soup', text: 'Red lentils with onions, carrots and cumin. Lemon juice at the end.' },
  { title: 'Tomato salad', text: 'Ripe tomatoes, basil and olive oil. A light lunch for a hot day.' },
  { title: 'Pancakes', text: 'Flour, milk and eggs, fried in butter. With sugar and lemon, or with jam.' },
  { title: 'Cod with fennel', text: 'A fillet of fish with white wine, baked in a parcel of paper.' },
  { title: 'Chocolate cake', text: 'Dark chocolate, almonds and butter. A rich dessert, better the next day.' },
  { title: 'Vegetable curry', text: 'Cauliflower and chickpeas in coconut milk, with ginger and chilli.' },
  { title: 'Roast chicken', text: 'A whole bird with garlic and thyme, for a Sunday with guests.' },
  { title: 'Porridge', text: 'Oats, slowly cooked in milk, with apples and cinnamon. A warm breakfast in winter.' },
  { title: 'Mushroom risotto', text: 'Rice stirred with broth until creamy. Fried mushrooms and parmesan.' },
  { title: 'Iced coffee', text: 'Coarse coffee in cold water for a night, then filtered. With ice and milk.' },
  { title: 'Pickles', text: 'Cucumbers in jars with vinegar, dill and mustard seeds. Keeps for a year.' },
  { title: 'Strawberry sorbet', text: 'Frozen berries, sugar and a little lime, beaten until smooth.' },
];
