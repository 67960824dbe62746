// Values of a component that examples of composables of Vue assume.

import { ref } from 'vue';

export const given = () => ({ text: ref('tea'), filter: ref({ year: 1990 }) });
