"""Which contracts a night looks at: marks of what was changed, their gathering, and days on which time moves one."""
