// A check of types: whether two types are the same.

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Fails to compile unless both types are the same. */
export declare function same<A, B>(equal: Equal<A, B>): void;
