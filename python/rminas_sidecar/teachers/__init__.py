"""The teachers: trained networks whose representation the candidates are compared with."""
