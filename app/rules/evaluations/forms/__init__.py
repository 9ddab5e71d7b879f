"""项目支出绩效自评表, the official form of a self-evaluation: read from cells of others, and laid out as cells."""
