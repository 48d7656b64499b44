"""Time: working hours, clocks, escalation ladders, on-call rotas, and the loop that makes time pass."""
