// Whether two types are the same, asked of the compiler: a call that compiles says yes.

/** @param _differ only there where the types are not the same */
export function same<A, B>(..._differ: Same<A, B> extends true ? [] : ['these types differ', A, B]): void {}

type Same<A, B> = (<Type>() => Type extends A ? 1 : 2) extends <Type>() => Type extends B ? 1 : 2 ? true : false
