// placeholder
export interface Random { below(limit: number): number }
