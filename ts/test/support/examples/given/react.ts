// Values of a component that examples of hooks of React assume.

export const given = () => ({ text: 'tea', filter: { year: 1990 } });
